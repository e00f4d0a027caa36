import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { rankReasons } from "./ranking.js";
import { keepTop, probabilitiesOf, sortedScores } from "./row.js";

/**
 * Cuts the tail where the curve of the ranked probabilities stops bending: their second differences, absolute and normalised, are summed until z.
 *
 *     d_i = | (p_i − p_{i+1}) − (p_{i+1} − p_{i+2}) | / Σ d
 *
 * `cut` says where: `centre` keeps the tokens up to the middle of the difference and always drops the last one (text-generation-webui, Aphrodite,
 * exllamav2), counting removed tokens as probabilities of 0; `index` cuts at the first difference from the second on
 * whose sum exceeds z, so that three tokens all stay (koboldcpp, former llama.cpp).
 *
 * One token stays in any case; of equal scores the lowest ids come first. Probabilities are over the tokens left.
 *
 * @param tfs z; range (0, 1], default and no-op 1
 * @param cut centre or index; default index
 *
 * @example
 *     tailFree.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { tfs: 0.6, cut: "centre" }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const tailFree: Sampler = defineSampler({
  name: "tailFree",
  role: "filter",
  help: "Cuts the tail where the curve of the ranked probabilities stops bending",
  params: [
    {
      name: "tfs",
      type: "number",
      min: 0,
      exclusiveMin: true,
      max: 1,
      default: 1,
      noop: 1,
      help: "z, the share of the bends that is kept",
    },
    { name: "cut", type: "choice", choices: ["index", "centre"], default: "index", help: "Where a difference cuts" },
  ],
  source: "trentbrick.github.io/Tail-Free-Sampling; koboldcpp; text-generation-webui",
  change(row, params) {
    const sorted = sortedScores(row);
    keepTop(row, keptCount(sorted, row.length, params), sorted);
  },
  reasons(row, params) {
    return rankReasons(row, keptCount(sortedScores(row), row.length, params));
  },
});

/** How many of the sorted scores stay. */
function keptCount(sorted: Float64Array, tokens: number, params: Params): number {
  const centre = params["cut"] === "centre";
  const gone = centre ? tokens - sorted.length : 0;
  if (sorted.length + gone <= (centre ? 1 : 2)) return sorted.length;
  return Math.max(1, tailCount(sorted, gone, params));
}

function tailCount(sorted: Float64Array, gone: number, params: Params): number {
  // More zeros than these have no bend.
  const p = new Float64Array(sorted.length + Math.min(gone, 3));
  p.set(probabilitiesOf(sorted));
  const centre = params["cut"] === "centre";
  const bend = new Float64Array(p.length - 2);
  let total = 0;
  for (let i = 0; i < bend.length; i++) total += bend[i] = Math.abs(p[i]! - 2 * p[i + 1]! + p[i + 2]!);
  const even = !centre && total <= 1e-6;
  const limit = numberOf(params, "tfs");
  let sum = 0;
  for (let i = 0; i < bend.length; i++) {
    sum += even ? 1 / bend.length : bend[i]! / total;
    if (sum > limit && (centre || i > 0)) return centre ? i + 1 : i;
  }
  return centre && gone === 0 ? sorted.length - 1 : sorted.length;
}
