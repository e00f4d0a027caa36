import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { logSumExpOf, rankedIds } from "./row.js";

/**
 * Draws from the ranked tokens with u^(e^−s) in place of the uniform u: s > 0 reaches further down the ranks, s < 0 stays at the top.
 *
 *     F′ = F^(e^s)        F cumulative probability, most probable first
 *
 * @param skew s; any number, default and no-op 0
 */
export const skew: Sampler = defineSampler({
  name: "skew",
  role: "shape",
  help: "Raises the cumulative probability of the ranked tokens to the power e^s",
  params: [{ name: "skew", type: "number", default: 0, noop: 0, help: "s" }],
  source: "exllamav2, ext_sampling.cpp; Aphrodite",
  change(row, params) {
    const power = Math.exp(numberOf(params, "skew"));
    const mass = logSumExpOf(row);
    const ids = rankedIds(row);
    const scores = ids.length;
    let sum = 0;
    let before = 0;
    for (let i = 0; i < scores; i++) {
      const id = ids[i]!;
      sum = i === scores - 1 ? 1 : Math.min(1, sum + Math.exp(row[id]! - mass));
      const after = sum ** power;
      row[id] = Math.log(after - before);
      before = after;
    }
  },
});
