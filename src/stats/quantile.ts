/**
 * Quantile of a sample by linear interpolation between order statistics (type 7, numpy's default).
 *
 * @param sorted rising.
 * @param q in [0, 1].
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return NaN;
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
