import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { rankReasons } from "./ranking.js";
import { keepTop, sortedScores } from "./row.js";

/**
 * Keeps the most probable tokens while the entropy they add up to stays within a share h of that of the first 100.
 *
 *     keep rank i  ⇔  i = 0  or  Σ_{j ≤ i} −p_j ln p_j ≤ h · H        p over the first 100, H their entropy
 *
 * A token with which exactly the share is reached stays; of equal scores the lowest ids come first.
 *
 * @param topH h; range (0, 1], default and no-op 1
 * @param topHTokens how many tokens are looked at; range ≥ 1, default 100
 *
 * @example
 *     topH.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { topH: 0.6 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const topH: Sampler = defineSampler({
  name: "topH",
  role: "filter",
  help: "Keeps the most probable tokens while their entropy stays within a share h of the first 100 tokens'",
  params: [
    {
      name: "topH",
      type: "number",
      min: 0,
      exclusiveMin: true,
      max: 1,
      default: 1,
      noop: 1,
      help: "h, the share of the entropy that the tokens kept may have",
    },
    { name: "topHTokens", type: "integer", min: 1, default: 100, help: "How many tokens are looked at" },
  ],
  source: "Baghaei Potraghloo et al., 2025, arXiv 2509.02510; transformers, TopHLogitsWarper",
  change(row, params) {
    const sorted = sortedScores(row);
    keepTop(row, entropyCount(sorted, params), sorted);
  },
  reasons(row, params) {
    return rankReasons(row, entropyCount(sortedScores(row), params));
  },
});

/** How many of the sorted scores stay. */
function entropyCount(sorted: Float64Array, params: Params): number {
  const first = sorted.subarray(0, numberOf(params, "topHTokens"));
  let total = 0;
  for (const score of first) total += Math.exp(score - first[0]!);
  const terms = first.map((score) => {
    const log = score - first[0]! - Math.log(total);
    return log > -Infinity ? -Math.exp(log) * log : 0;
  });
  // In units of the first term, so that the sums of equal tokens are whole numbers.
  const unit = terms[0] || 1;
  for (let i = 0; i < terms.length; i++) terms[i]! /= unit;
  const limit = numberOf(params, "topH") * terms.reduce((sum, term) => sum + term, 0);
  let sum = 0;
  let count = 0;
  while (count < terms.length && (sum += terms[count]!) <= limit) count++;
  return Math.max(1, count);
}
