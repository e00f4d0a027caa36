import type { Ranked } from "../ranked.js";
import { lowestOf, scan } from "./scan.js";

/** What a wrong decision costs, and a person's time. */
export interface Costs {
  /** Of an alert that is none. */
  fp: number;
  /** Of a positive that passes. */
  fn: number;
  /** Of asking a person about one row; absent: nobody is asked. */
  ask?: number;
}

/**
 * The threshold, or with a price of asking the two, at which these rows cost least.
 *
 * Σ fp over the alerted negatives + Σ fn over the positives that pass + Σ ask over the rows between. The two ends of the band are found one by one, which is
 * exact where they do not cross; where they would, asking is too dear and one threshold is left. With a `prior`, rows are weighted to it.
 *
 * @example
 *     costThresholds(ranked, { fp: 1, fn: 10, ask: 0.4 })  // { low: -3.1…, high: 1.2… }
 */
export function costThresholds(rows: Ranked, costs: Costs, prior?: number): { low: number; high: number } {
  const { negatives, positives } = rows;
  const [n, m] = [negatives.length, positives.length];
  // Weights of one negative and one positive row.
  const [w, v] = prior === undefined ? [1, 1] : [((1 - prior) * (n + m)) / n, (prior * (n + m)) / m];
  const one = (): { low: number; high: number } => {
    const at = scan(rows, (tp, fp) => v * costs.fn * tp - w * costs.fp * fp) ?? aboveAll(rows);
    return { low: at, high: at };
  };
  const { ask } = costs;
  if (ask === undefined) return one();
  // Alerted instead of asked about saves the price of asking; passed instead of asked about as well.
  const high = scan(rows, (tp, fp) => v * ask * tp + w * (ask - costs.fp) * fp) ?? aboveAll(rows);
  const low = scan(rows, (tp, fp) => v * (ask - costs.fn) * (m - tp) + w * ask * (n - fp)) ?? aboveAll(rows);
  return low < high ? { low, high } : one();
}

function aboveAll(rows: Ranked): number {
  const { negatives, positives } = rows;
  const top = Math.max(negatives.at(-1) ?? -Infinity, positives.at(-1) ?? -Infinity);
  return Number.isFinite(top) ? top + 1 : lowestOf(rows);
}
