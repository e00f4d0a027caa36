import type { Metric } from "../core/index.js";
import { cosineSums } from "../stats/cosine.js";

/** Cells of [0, 1] that hold the residuals; each row is shared between its two neighbours, so the error is of second order in 1/8192. */
const cells = 8192;

interface SmoothState {
  weight: number;
  /** Σ w (confidence − correct) at the cell edges. */
  residual: Float64Array;
}

/**
 * Smooth calibration error: ∫₀¹ |r_σ(t)| dt, where r_σ is the residual confidence − correct, smoothed over confidence by a Gaussian of width σ that
 * is reflected at 0 and 1 (so no mass is lost at confidence 1, where most rows are). σ is the fixed point σ = smECE_σ.
 *
 * Reflection makes the kernel diagonal in cosines: r_σ(t) = Σ_k a_k exp(−(πkσ)²/2) cos(πkt), with a_k from the residuals.
 *
 * Błasiok & Nakkiran, ICLR 2024, §3. Their code loses half of the mass at the ends; this is the definition.
 */
export const smoothEce: Metric<SmoothState> = {
  name: "smoothEce",
  family: "metric",
  help: "Smooth calibration error, without bins",
  params: [],
  source: "Błasiok & Nakkiran, ICLR 2024, §3",
  state: "sums",
  interval: "bootstrap",
  biasedUpwards: true,
  most: 1,
  better: "lower",
  convention: () => ({ kernel: "Gaussian, reflected", bandwidth: "fixed point", of: "top label" }),
  init: () => ({ weight: 0, residual: new Float64Array(cells + 1) }),
  add(state, rows, weights) {
    for (let row = 0; row < rows.rows; row++) {
      const w = weights ? weights[row]! : 1;
      if (w === 0) continue;
      const at = rows.confidence[row]! * cells;
      const cell = Math.min(cells - 1, Math.floor(at));
      const mass = w * (rows.confidence[row]! - rows.correct![row]!);
      state.residual[cell]! += mass * (cell + 1 - at);
      state.residual[cell + 1]! += mass * (at - cell);
      state.weight += w;
    }
  },
  merge(into, from) {
    into.weight += from.weight;
    for (let i = 0; i <= cells; i++) into.residual[i]! += from.residual[i]!;
    return into;
  },
  value: ({ residual, weight }) => smoothError(residual, weight),
  noise: (state, replicate) =>
    smoothError(
      replicate.residual.map((sum, i) => sum - state.residual[i]!),
      state.weight,
    ),
};

function smoothError(residual: Float64Array, weight: number): number {
  if (weight === 0) return NaN;
  const coefficients = cosineSums(residual).map((sum, k) => ((k === 0 ? 1 : 2) * sum) / weight);
  return fixedPoint((sigma) => smoothed(coefficients, sigma));
}

/** smECE_σ falls as σ grows; where it crosses the diagonal is the value. Regula falsi (Illinois) on smECE_σ − σ. */
function fixedPoint(at: (sigma: number) => number): number {
  let low = 1 / cells;
  let high = 1;
  let above = at(low) - low;
  if (above <= 0) return above + low;
  // A first guess: where the curve is nearly flat its value at one σ is the next σ.
  const guess = Math.max(2 * low, at(0.05));
  let below = at(high) - high;
  let value = guess;
  let sigma = guess;
  for (let i = 0; i < 60; i++) {
    value = at(sigma);
    const gap = value - sigma;
    if (Math.abs(gap) < 1e-9 || high - low < 1e-9) return value;
    if (gap > 0) {
      low = sigma;
      above = gap;
      below /= 2;
    } else {
      high = sigma;
      below = gap;
      above /= 2;
    }
    sigma = (low * below - high * above) / (below - above);
  }
  return value;
}

function smoothed(coefficients: Float64Array, sigma: number): number {
  const terms = Math.min(coefficients.length - 1, Math.ceil(6.5 / (Math.PI * sigma)));
  // A grid that is fine against the narrowest feature left.
  const n = Math.min(cells, 2 ** Math.ceil(Math.log2(Math.max(256, 8 * terms))));
  const damped = new Float64Array(n + 1);
  for (let k = 0; k <= Math.min(terms, n); k++)
    damped[k] = coefficients[k]! * Math.exp(-((Math.PI * k * sigma) ** 2) / 2);
  const r = cosineSums(damped);
  let area = 0;
  for (let i = 0; i < n; i++) {
    const a = r[i]!;
    const b = r[i + 1]!;
    // A piece that crosses 0 is two triangles.
    area += a * b >= 0 ? Math.abs(a + b) / 2 : (a * a + b * b) / (2 * Math.abs(a - b));
  }
  return area / n;
}
