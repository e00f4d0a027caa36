/**
 * The largest share of benign rows that can have p ≤ `level`: `level` where all are ranked among rows of their class, or all among all.
 *
 * (1 − s) α + min(s, α), with s the share of classes that have too few rows for ranks of their own: of the others at most α; these are ranked among all rows, of
 * which at most α are found, and they may all be among those.
 *
 * @param predicted benign rows that each class won
 * @param ranked indices of the classes that have ranks of their own, as words
 */
export function mostFound(predicted: readonly number[], ranked: readonly string[], level: number): number {
  const total = predicted.reduce((sum, n) => sum + n, 0);
  const own = ranked.reduce((sum, k) => sum + (predicted[Number(k)] ?? 0), 0);
  if (own === 0 || total === 0) return level;
  const share = 1 - own / total;
  return (1 - share) * level + Math.min(share, level);
}
