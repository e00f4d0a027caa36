import { binomialLowerTail } from "../../stats/binomialTail.js";
import { firstWhere } from "../../stats/bisect.js";
import { justAbove, type Ranked } from "../ranked.js";
import { rowsNeeded, said, type Solution } from "./solution.js";

/**
 * The lowest threshold whose false-positive rate is at most `bound` with `confidence`, over draws of the negatives.
 *
 * Neyman–Pearson umbrella: with k the smallest rank for which P(Bin(n, 1 − bound) ≥ k) ≤ δ = 1 − confidence, what is above the k-th smallest of n negatives is alerted. It
 * holds for every law of the scores, ties and all, since a tie is never parted.
 *
 * @param bound in (0, 1)
 * @param confidence in (0, 1)
 * Tong, Feng and Li, Science Advances 2018, proposition 1.
 * @example
 *     falsePositiveThreshold(ranked, 0.01, 0.95)  // { threshold: 4.31…, guarantee: { rate: "fpr", bound: 0.01, … } }
 */
export function falsePositiveThreshold(rows: Ranked, bound: number, confidence: number): Solution {
  const { negatives } = rows;
  const n = negatives.length;
  const needed = rowsNeeded(bound, 1 - confidence);
  if (n < needed)
    return {
      refused: `a false-positive rate of at most ${said(bound)} with confidence ${said(confidence)} needs ${said(needed)} negatives, there are ${said(n)}`,
      needed,
      have: n,
    };
  const k = umbrellaRank(n, bound, 1 - confidence);
  const threshold = justAbove(rows, negatives[k - 1]!);
  if (threshold === undefined)
    return {
      refused: `the ${said(n - k + 1)} highest negatives have a log-odds of +Infinity: no threshold is above them`,
    };
  let count = n - k;
  while (count > 0 && negatives[n - count]! < threshold) count--;
  return {
    threshold,
    guarantee: {
      rate: "fpr",
      side: "at most",
      bound,
      confidence,
      by: "neyman-pearson umbrella",
      n,
      count,
      needed,
    },
  };
}

/** The smallest k in 1 … n for which P(Bin(n, 1 − bound) ≥ k) ≤ δ; there must be one. */
export function umbrellaRank(n: number, bound: number, delta: number): number {
  return 1 + firstWhere(n - 1, (below) => binomialLowerTail(n - 1 - below, n, bound) <= delta);
}
