/** A score, and what tells apart those that round to the same number: pairs are in order by the one, then by the other. */
export interface Pair {
  score: number;
  fine: number;
}

export const ascending = (a: Pair, b: Pair): number => a.score - b.score || a.fine - b.fine || 0;

/** Whether a class of this score is in the set that ends at `limit`. */
export const within = (one: Pair, limit: Pair): boolean =>
  one.score < limit.score || (one.score === limit.score && one.fine <= limit.fine);
