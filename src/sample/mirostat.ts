import type { Params, SampleContext, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { weightsOf } from "./draw.js";
import { rankReasons } from "./ranking.js";
import { keepTop, keepWhere, logSharesOf, sortedScores } from "./row.js";

/**
 * Steers the surprise of the tokens towards τ bits: a bound μ, at first 2τ, falls after a surprising token and rises after a plain one.
 *
 *     version 2: keep  −log₂ p ≤ μ                                        (the most probable always stays)
 *     version 1: keep the k most probable, k = ((s − 1)·2^μ / (1 − n^−(s−1)))^(1/s), s fitted to the first m tokens as a Zipf exponent
 *     after token t:  μ ← μ − η·(−log₂ p_t − τ)
 *
 * `observed` says of which distribution p_t is: `kept`, renormalised over the tokens left (llama.cpp), or `all`, before the cut (Aphrodite).
 *
 * n is the length of the row. A token exactly at the bound stays; version 1 takes the lowest ids of equal scores.
 *
 * @param mirostat 0, 1 or 2; default and no-op 0
 * @param mirostatTau τ in bits; range > 0, default 5
 * @param mirostatEta η; range ≥ 0, default 0.1
 * @param mirostatTokens m; range ≥ 2, default 100
 *
 * @example
 *     mirostat.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { mirostat: 2, mirostatTau: 1.25 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const mirostat: Sampler = defineSampler({
  name: "mirostat",
  role: "filter",
  help: "Cuts so that the surprise of the drawn tokens settles at τ bits",
  params: [
    { name: "mirostat", type: "integer", min: 0, max: 2, default: 0, noop: 0, help: "Version 1 or 2" },
    {
      name: "mirostatTau",
      type: "number",
      min: 0,
      exclusiveMin: true,
      default: 5,
      help: "τ, the surprise to settle at, in bits",
    },
    { name: "mirostatEta", type: "number", min: 0, default: 0.1, help: "η, the rate at which the bound moves" },
    {
      name: "mirostatTokens",
      type: "integer",
      min: 2,
      default: 100,
      help: "m, tokens that version 1 fits its exponent to",
    },
    { name: "observed", type: "choice", choices: ["kept", "all"], default: "kept", help: "Where surprise is measured" },
  ],
  source: "Basu et al., ICLR 2021; llama.cpp",
  change(row, params, context, place) {
    const bound = boundOf(params, context, place);
    if (params["mirostat"] === 1)
      keepTop(row, zipfCount(row, numberOf(params, "mirostatTokens"), bound), sortedScores(row));
    else {
      const { total, peak } = weightsOf(row);
      const least = leastScore(peak, total, bound);
      keepWhere(row, 1, (id) => row[id]! >= least);
    }
  },
  reasons(row, params, context, place) {
    const limit = boundOf(params, context, place);
    if (params["mirostat"] === 1) return rankReasons(row, zipfCount(row, numberOf(params, "mirostatTokens"), limit));
    const log = logSharesOf(row);
    return (id) => {
      const value = -log(id) / Math.LN2;
      return { value, limit, text: `its surprise is ${value.toFixed(2)} bits and the bound is ${limit.toFixed(2)}` };
    };
  },
  accept(token, before, drawn, params, context, place) {
    const bound = boundOf(params, context, place);
    const { weights, total } = weightsOf(params["observed"] === "all" ? before : drawn);
    context.state[place] = { bound: movedBound(params, bound, weights[token]!, total) };
  },
});

/** The score from which on tokens stay under version 2. */
export function leastScore(peak: number, total: number, bound: number): number {
  return peak + Math.log(total) - bound * Math.LN2;
}

/** The bound after a token of this weight. */
export function movedBound(params: Params, bound: number, weight: number, total: number): number {
  const surprise = Math.log(total / weight) / Math.LN2;
  return bound - numberOf(params, "mirostatEta") * (surprise - numberOf(params, "mirostatTau"));
}

export const boundOf = (params: Params, { state }: Partial<SampleContext>, place: number): number =>
  state?.[place]?.["bound"] ?? 2 * numberOf(params, "mirostatTau");

/** Tokens that version 1 keeps. */
function zipfCount(row: Float64Array, tokens: number, bound: number): number {
  const sorted = sortedScores(row);
  let products = 0;
  let squares = 0;
  for (let i = 0; i < tokens - 1 && i < sorted.length - 1; i++) {
    const t = Math.log((i + 2) / (i + 1));
    products += t * (sorted[i]! - sorted[i + 1]!);
    squares += t * t;
  }
  const exponent = products / squares;
  const epsilon = exponent - 1;
  const k = ((epsilon * 2 ** bound) / (1 - row.length ** -epsilon)) ** (1 / exponent);
  return Math.max(1, Number.isFinite(k) ? Math.trunc(k) : sorted.length);
}
