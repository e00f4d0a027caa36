import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { keepWhere, peakOf, probabilitiesOf } from "./row.js";

/**
 * Keeps the tokens with p ≥ a·p_max²: the surer the row, the fewer.
 *
 * A token exactly there stays; probabilities are over the tokens left.
 *
 * @param topA a; range [0, 1], default and no-op 0
 *
 * @example
 *     topA.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { topA: 0.6 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const topA: Sampler = defineSampler({
  name: "topA",
  role: "filter",
  help: "Keeps the tokens with p ≥ a·p_max²",
  params: [{ name: "topA", type: "number", min: 0, max: 1, default: 0, noop: 0, help: "a of the limit a·p_max²" }],
  source: "KoboldAI; text-generation-webui, TopALogitsWarper",
  change(row, params) {
    const p = probabilitiesOf(row);
    const limit = numberOf(params, "topA") * peakOf(p) ** 2;
    keepWhere(row, 1, (id) => p[id]! >= limit);
  },
  reasons(row, params) {
    const p = probabilitiesOf(row);
    const limit = numberOf(params, "topA") * peakOf(p) ** 2;
    return (id) => ({
      value: p[id]!,
      limit,
      text: `its probability is ${p[id]!.toPrecision(3)} and ${limit.toPrecision(3)} is asked`,
    });
  },
});
