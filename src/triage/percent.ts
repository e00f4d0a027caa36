/**
 * A probability for a person: "50.5 %", "99.877 %", "1 in 7.7 M". It keeps three significant digits of what is far from certain, on either side, and never
 * rounds to certainty: "100 %" and "0 %" are said of exactly 1 and 0 only.
 *
 * @param p in [0, 1].
 * @param missing 1 − p, where the caller knows it better than the subtraction does: a winner at log-odds 40 has p = 1 in f64.
 * @example
 *     formatPercent(0.00123)  // "0.123 %"
 */
export function formatPercent(p: number, missing: number = 1 - p): string {
  if (p === 0) return "0 %";
  if (missing === 0) return "100 %";
  if (p < 1e-4) return `1 in ${short(1 / p)}`;
  if (p < 0.01) return `${Number((100 * p).toPrecision(3))} %`;
  if (p <= 0.99) return `${(100 * p).toFixed(1)} %`;
  if (missing < 1e-6) return "> 99.9999 %";
  // As many decimals as show three digits of the missing part; 99.9800 says no more than 99.98.
  const decimals = 2 - Math.floor(Math.log10(100 * missing));
  return `${(100 * p).toFixed(decimals).replace(/(\.\d+?)0+$/, "$1")} %`;
}

/** A difference of probabilities in percentage points, two significant digits: "5.6 points". */
export function formatPoints(difference: number): string {
  return `${Number((100 * difference).toPrecision(2))} points`;
}

function short(value: number): string {
  if (value < 999_999.5) return Math.round(value).toLocaleString("en");
  for (const [unit, size] of [
    ["M", 1e6],
    ["B", 1e9],
    ["T", 1e12],
  ] as const) {
    if (value < size * 999.95) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return value.toExponential(1).replace("e+", "e");
}
