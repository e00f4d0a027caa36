import { normalTail } from "../../src/stats/normal.js";

/**
 * Pearson's χ² of counts against probabilities, and its p-value by the cube root of Wilson & Hilferty (good to about 1e-3). Cells with fewer than five expected
 * are counted together.
 */
export function goodnessOfFit(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): { chi2: number; p: number } {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const cells = Array.from(counts, (count, i) => ({ count, expected: total * probabilities[i]! }));
  const impossible = cells.filter(({ count, expected }) => expected === 0 && count > 0);
  if (impossible.length > 0) return { chi2: Infinity, p: 0 };
  const rare = cells.filter(({ expected }) => expected < 5);
  const kept = cells.filter(({ expected }) => expected >= 5);
  const rest = rare.reduce(
    (sum, { count, expected }) => ({ count: sum.count + count, expected: sum.expected + expected }),
    { count: 0, expected: 0 },
  );
  if (rest.expected > 0) kept.push(rest);
  const chi2 = kept.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = kept.length - 1;
  const spread = 2 / (9 * freedom);
  return { chi2, p: normalTail((Math.cbrt(chi2 / freedom) - (1 - spread)) / Math.sqrt(spread)) };
}

/** Asymptotic p-value of the Kolmogorov–Smirnov distance of a sample from the uniform distribution on [0, 1]. */
export function uniformFit(sample: readonly number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((value, i) => (distance = Math.max(distance, value - i / n, (i + 1) / n - value)));
  const lambda = distance * Math.sqrt(n);
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda);
  return lambda < 0.2 ? 1 : Math.min(1, Math.max(0, p));
}
