/** Standard normal quantile of .975: what "95 %" means in a two-sided interval. */
export const z95 = 1.959963984540054;

/**
 * Wilson score interval of a proportion: (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n).
 *
 * Stays within [0, 1], also for 0 or n successes.
 *
 * @param successes how many of the `n` rows; need not be a whole number.
 * @param z normal quantile; default 95 %.
 * @returns [lower, upper]; [0, 1] when n is 0.
 *
 * Wilson, JASA 1927. Equal to `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
 *
 * @example
 *     wilson(9356, 10000)  // [0.9306…, 0.9402…]
 */
export function wilson(successes: number, n: number, z: number = z95): [number, number] {
  if (n === 0) return [0, 1];
  const p = successes / n;
  const z2 = z * z;
  const centre = p + z2 / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  // At the ends rounding may leave 1e-17 instead of 0.
  return [
    successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    successes === n ? 1 : Math.min(1, (centre + half) / scale),
  ];
}
