import { binomialLowerTail } from "../stats/binomialTail.js";

/**
 * p-value of "the mean loss is above α" when n losses have this sum: exact binomial where each is 0 or 1, else Hoeffding's and Bentkus's, the smaller.
 *
 * min(exp(−n h(r, α)), e P(Bin(n, α) ≤ ⌈n r⌉)) with h(a, b) = a ln(a/b) + (1 − a) ln((1 − a)/(1 − b)) and r the mean loss; 1 where r ≥ α.
 *
 * Bates, Angelopoulos, Lei, Malik & Jordan, J. ACM 2021, §3.1.
 */
export function riskPValue(sum: number, n: number, alpha: number, binary: boolean): number {
  if (n === 0) return 1;
  if (binary) return binomialLowerTail(Math.round(sum), n, alpha);
  const mean = sum / n;
  if (mean >= alpha) return 1;
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  const hoeffding = Math.exp(-n * (term(mean, alpha) + term(1 - mean, 1 - alpha)));
  // A sum that misses a whole number by rounding is that number.
  const whole = Math.round(sum);
  const count = Math.abs(sum - whole) <= n * 2 ** -48 ? whole : Math.ceil(sum);
  return Math.min(1, hoeffding, Math.E * binomialLowerTail(count, n, alpha));
}
