import { binomialLowerTail } from "../../stats/binomialTail.js";
import { firstWhere } from "../../stats/bisect.js";
import type { Ranked } from "../ranked.js";
import { rowsNeeded, said, type Solution } from "./solution.js";

/**
 * The highest threshold whose recall is at least `bound` with `confidence`, over draws of the positives.
 *
 * With j the largest rank for which P(Bin(n, 1 − bound) ≤ j − 1) ≤ 1 − confidence, the j-th smallest of n positives is the threshold: those below it are
 * missed. It holds for every law of the scores, ties and all.
 *
 * @param bound in (0, 1)
 * @param confidence in (0, 1)
 */
export function recallThreshold({ positives }: Ranked, bound: number, confidence: number): Solution {
  const n = positives.length;
  const needed = rowsNeeded(1 - bound, 1 - confidence);
  if (n < needed)
    return {
      refused: `a recall of at least ${said(bound)} with confidence ${said(confidence)} needs ${said(needed)} positives, there are ${said(n)}`,
      needed,
      have: n,
    };
  const threshold = positives[rankOf(n, 1 - bound, 1 - confidence) - 1]!;
  if (threshold === -Infinity)
    return { refused: `too many positives have a log-odds of −Infinity: no threshold reaches them` };
  if (threshold === Infinity)
    return { refused: `nearly all positives have a log-odds of +Infinity: no threshold parts them` };
  let count = 0;
  while (count < n && positives[count]! < threshold) count++;
  return {
    threshold,
    guarantee: {
      rate: "recall",
      side: "at least",
      bound,
      confidence,
      by: "order statistic",
      n,
      count: n - count,
      needed,
    },
  };
}

/** The largest j in 1 … n for which P(Bin(n, miss) ≤ j − 1) ≤ δ; there must be one. */
function rankOf(n: number, miss: number, delta: number): number {
  return 1 + firstWhere(n - 1, (missed) => !(binomialLowerTail(missed + 1, n, miss) <= delta));
}
