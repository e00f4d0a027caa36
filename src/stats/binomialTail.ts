import { betaTail } from "./beta.js";

/**
 * Upper tail of the binomial law, P(X ≥ k) = I_p(k, n − k + 1) for X the successes among n trials of probability p: the exact p-value of a count.
 *
 * Small tails keep their digits. Equal to `scipy.stats.binom.sf(k - 1, n, p)`.
 *
 * @param p in [0, 1]
 * @example
 *     binomialTail(3, 3, 0.5)  // 0.125
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return betaTail(p, k, n - k + 1);
}

/** Lower tail of the binomial law, P(X ≤ k) = I_{1 − p}(n − k, k + 1). Equal to `scipy.stats.binom.cdf(k, n, p)`. */
export function binomialLowerTail(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return betaTail(1 - p, n - k, k + 1, p);
}
