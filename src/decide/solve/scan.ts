import { justAbove, type Ranked } from "../ranked.js";

/**
 * The threshold at which a score of (true alerts, false alerts) is largest, over every way in which a threshold can part the rows: the highest among equals.
 * Rows of the same log-odds are never parted. Undefined where the best is to alert of nothing.
 */
export function scan(rows: Ranked, score: (tp: number, fp: number) => number): number | undefined {
  const { negatives, positives } = rows;
  let [i, j] = [negatives.length, positives.length];
  let best = score(0, 0);
  // The largest log-odds that is not alerted; undefined where all are.
  let below: number | undefined;
  let found = false;
  while (i > 0 || j > 0) {
    const at = Math.max(i > 0 ? negatives[i - 1]! : -Infinity, j > 0 ? positives[j - 1]! : -Infinity);
    while (i > 0 && negatives[i - 1] === at) i--;
    while (j > 0 && positives[j - 1] === at) j--;
    if (at === -Infinity) break;
    const value = score(positives.length - j, negatives.length - i);
    if (value <= best) continue;
    best = value;
    found = true;
    below =
      i > 0 || j > 0
        ? Math.max(i > 0 ? negatives[i - 1]! : -Infinity, j > 0 ? positives[j - 1]! : -Infinity)
        : undefined;
  }
  if (!found) return undefined;
  return below === undefined ? lowestOf(rows) : justAbove(rows, below);
}

/** A threshold that every row with a finite log-odds reaches. */
export function lowestOf({ negatives, positives }: Ranked): number {
  const lowest = Math.min(negatives[0] ?? Infinity, positives[0] ?? Infinity);
  return Number.isFinite(lowest) ? lowest : 0;
}
