import { conformalRank } from "./rank.js";
import type { LabelScores } from "./scored.js";

/** A number as JSON can hold it: infinities are words. */
export type JsonNumber = number | "Infinity" | "-Infinity";

/** A class is in a set when its score is below `score`, or equal to it and its fine score is at most `fine`. */
export interface Threshold {
  score: JsonNumber;
  fine: JsonNumber;
  /** Calibration rows it was taken from. */
  rows: number;
  /** Which of their scores it is, counted from the smallest; rows + 1 for none of them: everything is in the set. */
  rank: number;
}

export const toJsonNumber = (value: number): JsonNumber => {
  if (value === Infinity) return "Infinity";
  return value === -Infinity ? "-Infinity" : value;
};

export const everything = (rows: number): Threshold => ({
  score: "Infinity",
  fine: "Infinity",
  rows,
  rank: rows + 1,
});

/** The conformal quantile of the scores of some rows: their k-th smallest, k = ⌈(n + 1)(1 − α)⌉, +∞ when k > n. */
export function conformalThreshold(given: LabelScores, rows: ArrayLike<number> | undefined, alpha: number): Threshold {
  const count = rows ? rows.length : given.scores.length;
  return orderStatistic(given, rows, conformalRank(count, alpha));
}

/** The `rank`-th smallest of the scores of some rows (all, where none are named). */
export function orderStatistic(
  { scores, fine }: LabelScores,
  rows: ArrayLike<number> | undefined,
  rank: number,
): Threshold {
  const own = rows ? Float64Array.from({ length: rows.length }, (_, i) => scores[rows[i]!]!) : scores.slice();
  if (rank > own.length) return everything(own.length);
  own.sort();
  const score = own[rank - 1]!;
  const found = { score: toJsonNumber(score), rows: own.length, rank };
  if (score === Infinity || !fine) return { ...found, fine: score === Infinity ? "Infinity" : 0 };
  let [first, last] = [rank - 1, rank];
  while (first > 0 && own[first - 1] === score) first--;
  while (last < own.length && own[last] === score) last++;
  const tied = new Float64Array(last - first);
  for (let i = 0, at = 0; at < tied.length; i++) {
    const row = rows ? rows[i]! : i;
    if (scores[row] === score) tied[at++] = fine(row);
  }
  tied.sort();
  return { ...found, fine: toJsonNumber(tied[rank - 1 - first]!) };
}
