import { countBelow } from "../stats/bisect.js";
import { clopperPearson } from "../stats/clopperPearson.js";
import { proportion, type Rate as Proportion } from "../stats/proportion.js";
import type { Ranked } from "./ranked.js";

/** How a threshold fared: rows at or above it are alerts. */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

export function countsAt({ negatives, positives }: Ranked, threshold: number): Counts {
  const [tn, fn] = [countBelow(negatives, threshold), countBelow(positives, threshold)];
  return { tp: positives.length - fn, fp: negatives.length - tn, fn, tn };
}

/** A rate with its exact interval, and the rows that it is a share of; NaN of none. */
export interface Rate extends Proportion {
  count?: number;
  n?: number;
}

export function rateOf(count: number, n: number, confidence: number): Rate {
  return { ...proportion(count, n, confidence), count, n };
}

/** The rate of what this is not the rate of: 1 − risk is precision. */
export function complement({ value, ci, count, n }: Rate): Rate {
  return { value: 1 - value, ci: [1 - ci[1], 1 - ci[0]], ...(n !== undefined && { count: n - count!, n }) };
}

/** What a threshold does. */
export interface Rates {
  /** Share of all rows that are alerts. */
  alerts: Rate;
  /** Share of the negatives that are alerts. */
  fpr: Rate;
  /** Share of the alerts that are positive. */
  precision: Rate;
  /** Share of the positives that are alerts. */
  recall: Rate;
}

/**
 * The four rates of a threshold, each with a Clopper–Pearson interval.
 *
 * With a `prior`, alerts and precision are those of rows of which that share is positive: P = prior·recall/(prior·recall + (1 − prior)·fpr); their intervals
 * come of both rates' at half the error each, and so hold too.
 *
 * @param confidence in (0, 1), default 0.95
 * @param prior share of positives in production; absent: as among the rows.
 * @example
 *     ratesOf({ tp: 90, fp: 10, fn: 10, tn: 890 }).precision  // { value: 0.9, ci: [0.82…, 0.95…], count: 90, n: 100 }
 */
export function ratesOf({ tp, fp, fn, tn }: Counts, confidence = 0.95, prior?: number): Rates {
  const rate = (count: number, n: number): Rate => rateOf(count, n, confidence);
  const fpr = rate(fp, fp + tn);
  const recall = rate(tp, tp + fn);
  if (prior === undefined)
    return { alerts: rate(tp + fp, tp + fp + fn + tn), fpr, precision: rate(tp, tp + fp), recall };
  const half = (1 + confidence) / 2;
  const [fprs, recalls] = [clopperPearson(fp, fp + tn, half), clopperPearson(tp, tp + fn, half)];
  const alertsOf = (r: number, f: number): number => prior * r + (1 - prior) * f;
  const precisionOf = (r: number, f: number): number => (prior * r) / alertsOf(r, f);
  return {
    alerts: {
      value: alertsOf(recall.value, fpr.value),
      ci: [alertsOf(recalls[0], fprs[0]), alertsOf(recalls[1], fprs[1])],
    },
    fpr,
    precision: {
      value: precisionOf(recall.value, fpr.value),
      ci: [precisionOf(recalls[0], fprs[1]) || 0, fprs[0] === 0 ? 1 : precisionOf(recalls[1], fprs[0])],
    },
    recall,
  };
}
