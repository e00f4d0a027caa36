import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { otherRow } from "./otherRow.js";
import { peakOf } from "./row.js";

/**
 * Contrastive decoding: prefers what the model (expert) knows better than a smaller one (amateur), whose row is `context.other`, among the tokens that the
 * expert finds plausible.
 *
 *     keep  ⇔  p_e ≥ α · max p_e                         the boundary itself is kept; the most probable always stays
 *     difference   z′ = ln p_e − ln p_a(τ)               p_a(τ) = softmax(a/τ)          (Li et al.)
 *     weighted     z′ = (1 + β)·e − β·a                  β = 0 leaves the plausible tokens as they are   (O'Brien & Lewis)
 *
 * Both are given up to a constant, that of e.
 *
 * @param contrastive off, difference or weighted; default and no-op off
 * @param contrastiveAlpha α; range [0, 1], default 0.1, at 0 every token is plausible
 * @param contrastiveBeta β of `weighted`; range ≥ 0, default 0.5
 * @param amateurTemperature τ of `difference`; range > 0, default 1
 * @throws LogitsError `bad-argument` without `context.other`, `mismatch` for another length, `not-finite` where a token that is left has no score in it
 */
export const contrastive: Sampler = defineSampler({
  name: "contrastive",
  role: "shape",
  help: "Contrastive decoding: prefers what the model knows better than a smaller one, among plausible tokens",
  params: [
    {
      name: "contrastive",
      type: "choice",
      choices: ["off", "difference", "weighted"],
      default: "off",
      noop: "off",
      help: "How the two rows meet",
    },
    {
      name: "contrastiveAlpha",
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      help: "α, the share of the largest probability",
    },
    { name: "contrastiveBeta", type: "number", min: 0, default: 0.5, help: "β of weighted" },
    {
      name: "amateurTemperature",
      type: "number",
      min: 0,
      exclusiveMin: true,
      default: 1,
      help: "τ of the smaller model in difference",
    },
  ],
  source: "Li et al., ACL 2023, arXiv 2210.15097; O'Brien & Lewis, 2023, arXiv 2309.09117",
  change(row, params, context) {
    const amateur = otherRow(row, context, "contrast", "the row of the smaller model");
    const least = leastPlausible(row, numberOf(params, "contrastiveAlpha"));
    const beta = numberOf(params, "contrastiveBeta");
    const heat = numberOf(params, "amateurTemperature");
    const weighted = params["contrastive"] === "weighted";
    for (let id = 0; id < row.length; id++) {
      const expert = row[id]!;
      if (!(expert >= least)) row[id] = -Infinity;
      else if (expert > -Infinity)
        row[id] = weighted ? (1 + beta) * expert - beta * amateur[id]! : expert - amateur[id]! / heat;
    }
  },
  reasons(row, params) {
    const limit = leastPlausible(row, numberOf(params, "contrastiveAlpha"));
    return (id) => ({
      value: row[id]!,
      limit,
      text: `it is not plausible: its score is ${row[id]!.toFixed(2)} and ${limit.toFixed(2)} is asked`,
    });
  },
});

/** Lowest score of a token whose probability is at least `share` of the largest. */
export const leastPlausible = (row: Float64Array, share: number): number => peakOf(row) + Math.log(share);
