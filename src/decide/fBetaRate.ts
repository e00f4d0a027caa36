import { clopperPearson } from "../stats/clopperPearson.js";
import type { BandCounts } from "./bandRates.js";
import type { Rate } from "./rates.js";

/**
 * F-beta of the alerts, with an interval.
 *
 * F = (1 + β²)·P·R/(β²·P + R), of precision P and recall R. It rises with both, so that Clopper–Pearson limits of both at half the error each, which hold
 * together, give limits of it. With a `prior` π the two are recall and the false-positive rate f: F = (1 + β²)·πR/(πR + (1 − π)·f + β²·π).
 *
 * @param beta how many times more recall counts than precision; > 0
 * @param confidence in (0, 1), default 0.95
 * @example
 *     // of 10 positive rows 9 are alerted of, and of 90 others 1
 *     fBetaRate({ alertedPositives: 9, alertedNegatives: 1, askedPositives: 0, askedNegatives: 0, passedPositives: 1, passedNegatives: 89 }, 1).value  // 0.9
 */
export function fBetaRate(counts: BandCounts, beta: number, confidence = 0.95, prior?: number): Rate {
  const { alertedPositives: tp, alertedNegatives: fp, askedPositives, passedPositives } = counts;
  const [positives, square] = [tp + askedPositives + passedPositives, beta * beta];
  const negatives = fp + counts.askedNegatives + counts.passedNegatives;
  const half = (1 + confidence) / 2;
  const recall = clopperPearson(tp, positives, half);
  if (prior === undefined) {
    const precision = clopperPearson(tp, tp + fp, half);
    const of = (p: number, r: number): number => (r === 0 || p === 0 ? 0 : ((1 + square) * p * r) / (square * p + r));
    return {
      value: ((1 + square) * tp) / (tp + fp + square * positives),
      ci: [of(precision[0], recall[0]), of(precision[1], recall[1])],
    };
  }
  const fpr = clopperPearson(fp, negatives, half);
  const of = (r: number, f: number): number =>
    ((1 + square) * prior * r) / (prior * r + (1 - prior) * f + square * prior);
  return { value: of(tp / positives, fp / negatives), ci: [of(recall[0], fpr[1]), of(recall[1], fpr[0])] };
}
