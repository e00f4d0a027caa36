import { exactRow, type Params, type Sampler, type Spread } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { keepWhere, peakOf } from "./row.js";

/**
 * Keeps the tokens whose score is within n standard deviations of the largest. Independent of a temperature before it.
 *
 *     keep  ⇔  z ≥ z_max − n·σ(z)
 *
 * `sigma` says of what: `population` over the tokens left (llama.cpp, koboldcpp), `sample` with n − 1 in the denominator, or `zeros`, the same with
 * removed tokens counted as scores of 0 (text-generation-webui).
 *
 * A token exactly there stays, and so do all that tie with the largest. With `zeros` and removed tokens a constant in all scores matters.
 *
 * @param topNSigma n; range ≥ 0, default and no-op 0
 * @param sigma population, sample or zeros; default population
 *
 * @example
 *     topNSigma.apply(Float64Array.of(0, 2, 4, 2), { topNSigma: 1.5 })   // [-Infinity, 2, 4, 2]
 */
export const topNSigma: Sampler = defineSampler({
  name: "topNSigma",
  role: "filter",
  help: "Keeps the tokens whose score is within n standard deviations of the largest",
  params: [
    {
      name: "topNSigma",
      type: "number",
      min: 0,
      default: 0,
      noop: 0,
      help: "n, how many standard deviations below the largest score a token may be",
    },
    {
      name: "sigma",
      type: "choice",
      choices: ["population", "sample", "zeros"],
      default: "population",
      help: "Which standard deviation",
    },
  ],
  source: "Tang et al., 2024, Top-nσ; llama.cpp",
  change(row, params) {
    const least = leastScore(row, params);
    keepWhere(row, 1, (id) => !(row[id]! < least));
  },
  reasons(row, params) {
    const limit = leastScore(row, params);
    return (id) => ({
      value: row[id]!,
      limit,
      text: `its score is ${row[id]!.toFixed(2)} and ${limit.toFixed(2)} is asked`,
    });
  },
});

function leastScore(row: Float64Array, params: Params): number {
  const peak = peakOf(row);
  return scoreWithin(peak, exactRow(row).spread(1, peak), row.length, params);
}

/** The score that lies n standard deviations below the largest. */
export function scoreWithin(peak: number, { count, mean, squares }: Spread, tokens: number, params: Params): number {
  const n = numberOf(params, "topNSigma");
  if (params["sigma"] === "population") return peak - n * Math.sqrt(squares / count);
  const zeros = params["sigma"] === "zeros" ? tokens - count : 0;
  const all = count + zeros;
  // About the mean of all, zeros too.
  const moved = (mean * count) / all;
  const about = squares + count * (mean - moved) ** 2 + zeros * moved ** 2;
  return peak - n * Math.sqrt(all > 1 ? about / (all - 1) : 0);
}
