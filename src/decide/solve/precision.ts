import type { Guarantee } from "../../core/index.js";
import { binomialTail } from "../../stats/binomialTail.js";
import { clopperPearsonLower, clopperPearsonUpper } from "../../stats/clopperPearson.js";
import type { Counts } from "../rates.js";
import type { Ranked } from "../ranked.js";
import { learnThenTest, type Tested } from "./learnThenTest.js";
import { rowsNeeded, said, type Solution } from "./solution.js";

/**
 * The lowest threshold whose precision is at least `bound` with `confidence`, by learn then test.
 *
 * Among the alerts of a threshold the positives are binomial, so P(Bin(alerts, bound) ≥ positives) is an exact p-value of "the precision is below the bound"
 * (the test whose inversion is Clopper–Pearson's lower limit). With a `prior` the precision is prior·recall/(prior·recall + (1 − prior)·fpr), and both
 * rates are bounded at half the error each.
 *
 * Selective prediction is the same with "the winner is right" for positive: `risk` is then 1 − precision, and the guarantee says so.
 *
 * @param bound in (0, 1)
 * @param prior share of positives in production; absent: as among the rows.
 */
export function precisionThreshold(
  pieces: readonly Ranked[],
  bound: number,
  confidence: number,
  options: { prior?: number; risk?: boolean } = {},
): Solution {
  const { prior, risk = false } = options;
  const delta = 1 - confidence;
  // At a prior it is the false-positive rate that takes the most rows to bound.
  const needed =
    prior === undefined
      ? rowsNeeded(1 - bound, delta)
      : rowsNeeded((prior * (1 - bound)) / (prior * (1 - bound) + (1 - prior) * bound), delta / 2);
  const pValue = prior === undefined ? plainTest(bound) : priorTest(bound, prior, delta);
  const { found, best } = learnThenTest(pieces, pValue, delta);
  const what = risk
    ? `a risk of at most ${said(1 - bound)} among the accepted`
    : `a precision of at least ${said(bound)}${prior === undefined ? "" : ` at a prior of ${said(prior)}`}`;
  if (!found)
    return {
      needed,
      have: haveOf(best, prior),
      refused: `${what} with confidence ${said(confidence)} ${whyNot(best, needed, risk, prior)}`,
    };
  const { threshold, counts } = found;
  const n = counts.tp + counts.fp;
  const guarantee: Guarantee = {
    rate: risk ? "risk" : "precision",
    side: risk ? "at most" : "at least",
    bound: risk ? round(1 - bound) : bound,
    confidence,
    by: "learn then test",
    n,
    count: risk ? counts.fp : counts.tp,
    needed,
  };
  if (prior !== undefined) guarantee.prior = prior;
  return { threshold, guarantee };
}

/** How many rows of the kind that is short there are. */
function haveOf(best: Tested | undefined, prior: number | undefined): number {
  if (!best) return 0;
  const { tp, fp, tn } = best.counts;
  return prior === undefined ? tp + fp : fp + tn;
}

function whyNot(best: Tested | undefined, needed: number, risk: boolean, prior: number | undefined): string {
  const have = haveOf(best, prior);
  const kind = prior === undefined ? (risk ? "accepted rows" : "alerts") : "negatives";
  if (have < needed)
    return `needs ${said(needed)} ${kind} to test it on, the threshold to begin with has ${said(have)}`;
  const { tp, fp } = best!.counts;
  const seen = risk
    ? `${said(fp)} wrong of ${said(tp + fp)} accepted`
    : `${said(tp)} positive of ${said(tp + fp)} alerts`;
  return `is not proven even by the threshold to begin with: ${seen} among the rows it is tested on`;
}

/** 1 − 0.8 as 0.2. */
const round = (value: number): number => Number(value.toPrecision(12));

const plainTest =
  (bound: number) =>
  ({ tp, fp }: Counts): number =>
    tp + fp === 0 ? 1 : binomialTail(tp, tp + fp, bound);

/** The least error at which both rates' limits prove the precision; 1 where `delta` is not enough, since nothing else is asked. */
const priorTest =
  (bound: number, prior: number, delta: number) =>
  (counts: Counts): number => {
    const proven = (error: number): boolean => priorPrecision(counts, prior, error / 2) >= bound;
    if (!proven(delta)) return 1;
    let [low, high] = [Math.log(1e-14), Math.log(delta)];
    for (let step = 0; step < 20; step++) {
      const middle = (low + high) / 2;
      if (proven(Math.exp(middle))) high = middle;
      else low = middle;
    }
    return Math.exp(high);
  };

/** Precision at a prior, of recall's lower and the false-positive rate's upper limit. */
export function priorPrecision({ tp, fp, fn, tn }: Counts, prior: number, each: number): number {
  const recall = clopperPearsonLower(tp, tp + fn, 1 - each);
  const fpr = clopperPearsonUpper(fp, fp + tn, 1 - each);
  return recall === 0 ? 0 : (prior * recall) / (prior * recall + (1 - prior) * fpr);
}
