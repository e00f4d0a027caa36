import { firstWhere } from "../../stats/bisect.js";
import { clopperPearsonUpper } from "../../stats/clopperPearson.js";
import { countsAt } from "../rates.js";
import { justAbove, merge, type Ranked } from "../ranked.js";
import { umbrellaRank } from "./falsePositives.js";
import { rowsNeeded, said, type Solution } from "./solution.js";

/**
 * The lowest threshold that alerts of at most the share `bound` of all rows, on average, with `confidence`. It needs no labels.
 *
 * As for false positives, with all rows in the place of the negatives. With a `prior` the share is prior·recall + (1 − prior)·fpr, of both rates' upper
 * limits at half the error each; both fall as the threshold rises, so the first threshold at which the limit is kept may be taken.
 *
 * @param bound in (0, 1): 50 alerts a day of 100,000 rows a day are 0.0005
 */
export function budgetThreshold(rows: Ranked, bound: number, confidence: number, prior?: number): Solution {
  const all = merge(rows.negatives, rows.positives);
  const n = all.length;
  const needed = rowsNeeded(bound, 1 - confidence);
  const guarantee = (threshold: number, count: number): Solution => ({
    threshold,
    guarantee: {
      rate: "alerts",
      side: "at most",
      bound,
      confidence,
      by: prior === undefined ? "order statistic" : "clopper-pearson",
      n,
      count,
      needed,
      ...(prior === undefined ? {} : { prior }),
    },
  });
  const alertsAt = (threshold: number): number => {
    const { tp, fp } = countsAt(rows, threshold);
    return tp + fp;
  };
  if (n < needed)
    return {
      refused: `alerts of at most ${said(bound)} of all rows with confidence ${said(confidence)} need ${said(needed)} rows, there are ${said(n)}`,
      needed,
      have: n,
    };
  if (prior === undefined) {
    const threshold = justAbove(rows, all[umbrellaRank(n, bound, 1 - confidence) - 1]!);
    if (threshold === undefined)
      return { refused: "too many rows have a log-odds of +Infinity: no threshold is above them" };
    return guarantee(threshold, alertsAt(threshold));
  }
  const each = (1 + confidence) / 2;
  const kept = (threshold: number): boolean => {
    const { tp, fp, fn, tn } = countsAt(rows, threshold);
    const share = prior * clopperPearsonUpper(tp, tp + fn, each) + (1 - prior) * clopperPearsonUpper(fp, fp + tn, each);
    return share <= bound;
  };
  // The rank of the highest score that is not alerted.
  const highest = firstWhere(n, (rank) => {
    const threshold = justAbove(rows, all[rank]!);
    return threshold !== undefined && kept(threshold);
  });
  const threshold = highest === n ? undefined : justAbove(rows, all[highest]!);
  if (threshold === undefined || !kept(threshold))
    return {
      refused: `alerts of at most ${said(bound)} of all rows are not proven by any threshold at a prior of ${said(prior)}`,
      needed,
      have: n,
    };
  return guarantee(threshold, alertsAt(threshold));
}
