import { type Logits, LogitsError, type Sampler } from "../core/index.js";
import { leastPlausible } from "./contrastive.js";
import { checkRow, defineSampler, numberOf } from "./define.js";
import { otherRow } from "./otherRow.js";
import { logSumExpOf, probabilitiesOf } from "./row.js";

/**
 * Contrast between layers: subtracts what an earlier layer of the same network, whose row is `context.other`, already said.
 *
 *     z′ = ln p_last − ln p_early        for tokens with p_last ≥ r · max p_last; the boundary itself is kept, the others are removed
 *
 * @param dola whether to; default and no-op false
 * @param dolaRelativeTop r; range [0, 1], default 0.1, at 0 no token is removed
 * @throws LogitsError `bad-argument` without `context.other`, `mismatch` for another length, `not-finite` where a token that is left has no score in it
 */
export const dola: Sampler = defineSampler({
  name: "dola",
  role: "shape",
  help: "Subtracts the log-probabilities of an earlier layer, among plausible tokens",
  params: [
    { name: "dola", type: "boolean", default: false, noop: false, help: "Contrasts with the earlier layer" },
    {
      name: "dolaRelativeTop",
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      help: "Share of the largest probability that a token must have",
    },
  ],
  source: "Chuang et al., ICLR 2024, arXiv 2309.03883; transformers 4.49",
  change(row, params, context) {
    const early = otherRow(row, context, "contrast layers", "the row of the earlier layer");
    const least = leastPlausible(row, numberOf(params, "dolaRelativeTop"));
    const shift = logSumExpOf(row) - logSumExpOf(Float64Array.from(early));
    for (let id = 0; id < row.length; id++) {
      if (!(row[id]! >= least)) row[id] = -Infinity;
      else if (row[id]! > -Infinity) row[id] = row[id]! - early[id]! - shift;
    }
  },
  reasons(row, params) {
    const limit = leastPlausible(row, numberOf(params, "dolaRelativeTop"));
    return (id) => ({
      value: row[id]!,
      limit,
      text: `it is not plausible: its score is ${row[id]!.toFixed(2)} and ${limit.toFixed(2)} is asked`,
    });
  },
});

/** Which half of the Jensen–Shannon divergence is meant: see `dolaLayer`. */
export type LayerDivergence = "jensenShannon" | "reversed";

/**
 * Which of several earlier layers to contrast with: the one whose distribution is farthest from the last layer's.
 *
 *     jensenShannon   ½ KL(p ‖ m) + ½ KL(q ‖ m),   m = (p + q)/2          the paper
 *     reversed        ½ KL(m ‖ p) + ½ KL(m ‖ q)                           what transformers 4.49 computes
 *
 * @param layers rows of the earlier layers
 * @returns the index among `layers`; the lowest on ties
 * @throws LogitsError `bad-argument` where there is none, `not-finite` for NaN and +Infinity
 */
export function dolaLayer(
  last: Logits,
  layers: readonly Logits[],
  divergence: LayerDivergence = "jensenShannon",
): number {
  if (layers.length === 0)
    throw new LogitsError("bad-argument", "Cannot choose a layer: there must be at least 1, got 0");
  checkRow(last);
  const p = probabilitiesOf(Float64Array.from(last));
  const far = layers.map((layer) => {
    checkRow(layer);
    return divergenceOf(p, probabilitiesOf(Float64Array.from(layer)), divergence === "reversed");
  });
  return far.indexOf(Math.max(...far));
}

function divergenceOf(p: Float64Array, q: Float64Array, reversed: boolean): number {
  let sum = 0;
  for (let id = 0; id < p.length; id++) {
    const middle = (p[id]! + q[id]!) / 2;
    for (const own of [p[id]!, q[id]!]) {
      const [from, to] = reversed ? [middle, own] : [own, middle];
      if (from > 0) sum += 0.5 * from * Math.log(from / to);
    }
  }
  return sum;
}
