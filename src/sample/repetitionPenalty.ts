import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { reachParam, recentTokens, windowParam } from "./history.js";

/**
 * Makes tokens that have occurred less likely.
 *
 *     z′ = z / r  where z > 0,  z·r  where z ≤ 0        for every token of the window, once however often it occurs
 *
 * Not invariant to adding a constant to the row: it needs raw logits.
 *
 * @param repetitionPenalty r; range > 0, default and no-op 1
 * @param penaltyWindow how many of the last tokens count; range ≥ −1 (all), default −1
 * @param penaltyOver whether the prompt counts: all or output; default all
 *
 * @example
 *     repetitionPenalty.apply(Float64Array.of(4, -2, 1), { repetitionPenalty: 2 }, { history: [0, 1] })   // [2, -4, 1]
 */
export const repetitionPenalty: Sampler = defineSampler({
  name: "repetitionPenalty",
  role: "penalty",
  gauge: "raw",
  help: "Divides the positive scores of tokens that have occurred by r, and multiplies the others",
  params: [
    {
      name: "repetitionPenalty",
      type: "number",
      min: 0,
      exclusiveMin: true,
      default: 1,
      noop: 1,
      help: "r, by which the scores of tokens that have occurred are divided, or multiplied below 0",
    },
    windowParam,
    reachParam,
  ],
  source: "Keskar et al., 2019 (CTRL), §4.1",
  change(row, params, context) {
    const penalty = numberOf(params, "repetitionPenalty");
    for (const id of new Set(recentTokens(params, context))) {
      if (id < row.length) row[id] = row[id]! > 0 ? row[id]! / penalty : row[id]! * penalty;
    }
  },
});
