import { LogitsError } from "../core/index.js";
import { betaQuantile } from "./beta.js";

/**
 * Clopper–Pearson interval of a proportion: the p for which neither P(X ≥ k) nor P(X ≤ k) is below (1 − confidence)/2. Its coverage is never below
 * `confidence`, whatever n and p are; that is what a contract needs, where Wilson's is right only on average.
 *
 * Bounds are quantiles of Beta(k, n − k + 1) and Beta(k + 1, n − k). Equal to `scipy.stats.binomtest(k, n).proportion_ci(method="exact")`.
 *
 * @param k successes, a whole number in [0, n]
 * @param n trials; 0 gives [0, 1]
 * @param confidence in (0, 1), default 0.95
 * @throws "bad-argument"
 * Clopper and Pearson, Biometrika 1934.
 * @example
 *     clopperPearson(0, 299)  // [0, 0.01226…]
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): [number, number] {
  check(k, n, confidence);
  const alpha = (1 - confidence) / 2;
  return [lower(k, n, alpha), upper(k, n, alpha)];
}

/** One-sided: the true proportion is above this with `confidence`. */
export function clopperPearsonLower(k: number, n: number, confidence = 0.95): number {
  check(k, n, confidence);
  return lower(k, n, 1 - confidence);
}

/** One-sided: the true proportion is below this with `confidence`. `clopperPearsonUpper(0, 299)` is just below 0.01. */
export function clopperPearsonUpper(k: number, n: number, confidence = 0.95): number {
  check(k, n, confidence);
  return upper(k, n, 1 - confidence);
}

const lower = (k: number, n: number, alpha: number): number =>
  k === 0 ? 0 : k === n ? alpha ** (1 / n) : betaQuantile(alpha, k, n - k + 1);

const upper = (k: number, n: number, alpha: number): number => {
  if (k === n) return 1;
  return k === 0 ? -Math.expm1(Math.log(alpha) / n) : betaQuantile(alpha, k + 1, n - k, true);
};

function check(k: number, n: number, confidence: number): void {
  if (!(Number.isInteger(n) && n >= 0) || !(Number.isInteger(k) && k >= 0 && k <= n))
    throw new LogitsError(
      "bad-argument",
      `Cannot give an interval: successes and trials must be whole numbers with 0 ≤ k ≤ n, got ${k} of ${n}`,
    );
  if (!(confidence > 0 && confidence < 1))
    throw new LogitsError(
      "bad-argument",
      `Cannot give an interval: confidence must be a number in (0, 1), got ${confidence}`,
    );
}
