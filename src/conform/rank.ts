import { LogitsError } from "../core/index.js";

/**
 * Which calibration score is the threshold: the k-th smallest of n, k = ⌈(n + 1)(1 − α)⌉ = n + 1 − ⌊(n + 1)α⌋. Coverage is then exactly k/(n + 1) where no two
 * scores are equal. k = n + 1 means +∞: the set is everything.
 *
 * A product that misses a whole number by rounding is that number: 0.1 × 10 is 1, and (1 − 3/7) × 7 is 4, whatever the last bit says. No coverage is lost but 1e-15.
 *
 * @param n calibration scores, a whole number ≥ 0
 * @param alpha in (0, 1)
 * @throws "bad-argument"
 * @example
 *     conformalRank(9, 0.1)  // 9
 */
export function conformalRank(n: number, alpha: number): number {
  checkAlpha(alpha);
  return Math.max(1, n + 1 - allowed(n, alpha));
}

/** ⌊(n + 1)α⌋. */
function allowed(n: number, alpha: number): number {
  const product = (n + 1) * alpha;
  const near = Math.round(product);
  return Math.abs(product - near) <= (n + 1) * 2 ** -50 ? near : Math.floor(product);
}

/** The fewest calibration rows with which a threshold is finite: ⌈1/α⌉ − 1. */
export function rowsNeeded(alpha: number): number {
  checkAlpha(alpha);
  const inverse = 1 / alpha;
  const near = Math.round(inverse);
  return (Math.abs(inverse - near) <= inverse * 2 ** -50 ? near : Math.ceil(inverse)) - 1;
}

export function checkAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 1))
    throw new LogitsError(
      "bad-argument",
      `Cannot make prediction sets: alpha must be a number in (0, 1), got ${alpha}`,
      { hint: "alpha is the share of rows whose set may miss the truth: 0.1 for 90 % coverage." },
    );
}
