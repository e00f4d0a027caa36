import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { keepWhere, peakOf } from "./row.js";
import { minKeepParam } from "./rules.js";

/**
 * Keeps the tokens that are at least m times as probable as the most probable one.
 *
 *     keep  ⇔  p ≥ m·p_max  ⇔  z ≥ z_max + ln m
 *
 * Compared as scores; no sum is needed. Equal scores share their fate, but where only `minKeep` holds them: there the lowest ids stay.
 *
 * @param minP m; range [0, 1], default and no-op 0
 * @param boundary what happens to a token exactly there: keep (most engines) or drop (mistral.rs); default keep
 * @param minKeep tokens that stay in any case; range ≥ 1, default 1
 *
 * @example
 *     minP.apply(Float64Array.of(0.5, 0.3, 0.2).map(Math.log), { minP: 0.5 }).map(Math.exp)   // [0.5, 0.3, 0]
 */
export const minP: Sampler = defineSampler({
  name: "minP",
  role: "filter",
  help: "Keeps the tokens that are at least m times as probable as the most probable one",
  params: [
    {
      name: "minP",
      type: "number",
      min: 0,
      max: 1,
      default: 0,
      noop: 0,
      help: "m, the share of the first token's probability that a token must have",
    },
    {
      name: "boundary",
      type: "choice",
      choices: ["keep", "drop"],
      default: "keep",
      help: "What becomes of a token exactly at the limit",
    },
    minKeepParam,
  ],
  source: "Nguyen et al., ICLR 2025",
  change(row, params) {
    const least = peakOf(row) + Math.log(numberOf(params, "minP"));
    const drop = params["boundary"] === "drop";
    keepWhere(row, numberOf(params, "minKeep"), (id) => (drop ? row[id]! > least : row[id]! >= least));
  },
  reasons(row, params) {
    const peak = peakOf(row);
    const limit = numberOf(params, "minP");
    return (id) => {
      const value = Math.exp(row[id]! - peak);
      return {
        value,
        limit,
        text: `it is ${value.toPrecision(3)} times as probable as the first, and ${limit} is asked`,
      };
    };
  },
});
