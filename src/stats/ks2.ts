/**
 * Two-sample Kolmogorov–Smirnov test: largest distance of the two empirical distributions, and its asymptotic p-value
 * 2 Σ (−1)^(j−1) exp(−2 j² λ²) with λ = D √(nm/(n + m)).
 *
 * Equal to `scipy.stats.ks_2samp(a, b, method="asymp").statistic`; scipy's p-value carries one more correction term.
 *
 * @param a, b samples in any order.
 */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): { statistic: number; p: number } {
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let i = 0;
  let j = 0;
  let statistic = 0;
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < x.length && x[i]! <= at) i++;
    while (j < y.length && y[j]! <= at) j++;
    statistic = Math.max(statistic, Math.abs(i / x.length - j / y.length));
  }
  const lambda = statistic * Math.sqrt((x.length * y.length) / (x.length + y.length));
  if (lambda < 0.2) return { statistic, p: 1 };
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda);
  return { statistic, p: Math.min(1, Math.max(0, p)) };
}
