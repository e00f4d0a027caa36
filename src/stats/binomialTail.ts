/**
 * Upper tail of the binomial law, P(X ≥ k) for X the successes among n trials of probability p: the exact p-value of a count.
 *
 * Summed term by term from the logarithm of the first, so that small tails keep their digits; O(n). Equal to `scipy.stats.binom.sf(k - 1, n, p)`.
 *
 * @param p in (0, 1)
 * @example
 *     binomialTail(3, 3, 0.5)  // 0.125
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  // The shorter side of the mode, so that terms fall from the first on.
  if (k <= n * p) return 1 - lowerTail(k - 1, n, p);
  let term = pmf(k, n, p);
  let sum = term;
  for (let i = k; i < n && term > sum * 1e-18; i++) sum += term *= ((n - i) / (i + 1)) * (p / (1 - p));
  return Math.min(1, sum);
}

/** P(X ≤ k) for k below the mean. */
function lowerTail(k: number, n: number, p: number): number {
  let term = pmf(k, n, p);
  let sum = term;
  for (let i = k; i > 0 && term > sum * 1e-18; i--) sum += term *= (i / (n - i + 1)) * ((1 - p) / p);
  return Math.min(1, sum);
}

function pmf(k: number, n: number, p: number): number {
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n - i + 1) / i);
  return Math.exp(log);
}
