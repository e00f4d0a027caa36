/**
 * A probability for a person: "50.5 %", "99.877 %", "1 in 7.7 M". Never "100 %" for less than 1, nor "0 %" for more than 0.
 *
 * @param p in [0, 1].
 */
export function formatPercent(p: number): string {
  if (p === 0) return "0 %";
  if (p === 1) return "100 %";
  if (p < 1e-4) return `1 in ${short(1 / p)}`;
  if (p < 0.01) return `${Number((100 * p).toPrecision(3))} %`;
  if (p <= 0.99) return `${(100 * p).toFixed(1)} %`;
  // Three significant digits of what is missing from 100 %.
  const missing = 100 * (1 - p);
  if (missing < 1e-10) return "> 99.9999999999 %";
  const digits = Math.min(12, 2 - Math.floor(Math.log10(missing)));
  return `${(100 * p).toFixed(digits)} %`;
}

function short(value: number): string {
  if (value < 1e6) return Math.round(value).toLocaleString("en");
  for (const [unit, size] of [
    ["M", 1e6],
    ["G", 1e9],
    ["T", 1e12],
  ] as const) {
    if (value < size * 1000) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return value.toExponential(1);
}
