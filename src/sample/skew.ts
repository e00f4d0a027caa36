import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { rankedIds } from "./ranking.js";
import { logSharesOf } from "./row.js";

/**
 * Draws from the ranked tokens with u^(e^−s) in place of the uniform u: s > 0 reaches further down the ranks, s < 0 stays at the top.
 *
 *     F′ = F^(e^s)        F cumulative probability, most probable first
 *
 * Equal scores are ranked by id. What comes out are logarithms of probabilities, over the tokens left.
 *
 * @param skew s; range [−20, 20], default and no-op 0
 *
 * @example
 *     skew.apply(Float64Array.of(0, 0), { skew: Math.LN2 }).map(Math.exp)   // [0.25, 0.75]
 */
export const skew: Sampler = defineSampler({
  name: "skew",
  role: "shape",
  help: "Raises the cumulative probability of the ranked tokens to the power e^s",
  params: [
    {
      name: "skew",
      type: "number",
      min: -20,
      max: 20,
      default: 0,
      noop: 0,
      help: "s, above 0 to reach further down the ranks",
    },
  ],
  source: "exllamav2, ext_sampling.cpp; Aphrodite",
  change(row, params) {
    const power = Math.exp(numberOf(params, "skew"));
    const logShare = logSharesOf(row);
    let sum = 0;
    for (const id of rankedIds(row)) {
      const log = logShare(id);
      const before = sum;
      sum = Math.min(1, sum + Math.exp(log));
      row[id] = power * Math.log(sum) + (before === 0 ? 0 : logGain(log - Math.log(sum), power));
    }
  },
});

/** ln(1 − (1 − r)^power) of r = e^log: what F^power gains at a token, whose difference of powers would have no digits in the tail. */
function logGain(log: number, power: number): number {
  const share = Math.exp(log);
  return share < 1e-9 / Math.max(1, power) ? Math.log(power) + log : Math.log(-Math.expm1(power * Math.log1p(-share)));
}
