/** The plain loops over one row: f64, compensated; what the kernels for rows of f32 are compared with. */
import type { Floats } from "./reference.js";

export type Row = readonly number[] | Floats;

/** Where a row is highest. */
export interface Peak {
  /** Lowest index of the largest score, from the start of the row. */
  argmax: number;
  tie: boolean;
  /** The largest score; NaN when the row holds NaN or +Infinity, or is −Infinity throughout. */
  max: number;
}

/** A peak, and Σ over the other classes of exp((z − max)/T): the softmax of the winner is 1/(1 + rest). */
export interface SumExp extends Peak {
  rest: number;
}

export function peak(values: Row, start: number, end: number): Peak {
  let max = -Infinity;
  let argmax = start;
  let tie = false;
  for (let k = start; k < end; k++) {
    const z = values[k]!;
    if (z > max) {
      max = z;
      argmax = k;
      tie = false;
    } else if (z === max) tie = true;
    else if (Number.isNaN(z)) return { argmax: 0, tie: false, max: NaN };
  }
  return Number.isFinite(max) ? { argmax: argmax - start, tie, max } : { argmax: 0, tie: false, max: NaN };
}

/**
 * exp((z − max)/T) to about one ulp.
 *
 * exp turns an absolute error of its argument into a relative one, so that 700 rounded to half an ulp would already cost 256 ulp. What
 * rounding takes from the difference (Knuth's two-sum) and from the quotient (Dekker's product) is therefore put back.
 */
export function expGap(z: number, max: number, temperature: number): number {
  const gap = z - max;
  const x = gap / temperature;
  if (x < -746) return 0;
  const e = Math.exp(x);
  const virtual = gap - z;
  let lost = z - (gap - virtual) - (max + virtual);
  if (temperature !== 1) lost = (lost + (gap - temperature * x) + productError(temperature, x)) / temperature;
  return Number.isNaN(lost) ? e : e + e * lost;
}

/** a·b rounded, minus a·b: what the rounding added. */
function productError(a: number, b: number): number {
  const product = a * b;
  const aHigh = high(a);
  const bHigh = high(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return product - aHigh * bHigh - aLow * bHigh - aHigh * bLow - aLow * bLow;
}

/** The upper 26 bits of a number's 53 (Veltkamp). */
function high(a: number): number {
  const scaled = 134217729 * a;
  return scaled - (scaled - a);
}

/** Peak and sum in one; the sum is compensated (Kahan), so that it keeps its digits over 262,144 classes. */
export function sumExp(values: Row, start: number, end: number, temperature: number): SumExp {
  const { argmax, tie, max } = peak(values, start, end);
  if (Number.isNaN(max)) return { argmax, tie, max, rest: NaN };
  const winner = start + argmax;
  let rest = 0;
  let lost = 0;
  for (let k = start; k < end; k++) {
    if (k === winner) continue;
    const term = expGap(values[k]!, max, temperature) - lost;
    const sum = rest + term;
    lost = sum - rest - term;
    rest = sum;
  }
  return { argmax, tie, max, rest };
}

/** Mean and variance of the surprisal −ln p under softmax(z/T), in nats and nats²; NaN for a row without a softmax. */
export function surprisal(
  values: Row,
  start: number,
  end: number,
  temperature: number,
): { mean: number; variance: number } {
  const { max, rest } = sumExp(values, start, end, temperature);
  const total = 1 + rest;
  const log = Math.log1p(rest);
  let mean = 0;
  for (let k = start; k < end; k++) {
    const e = expGap(values[k]!, max, temperature);
    if (e > 0) mean += (e / total) * (log - (values[k]! - max) / temperature);
  }
  let variance = 0;
  for (let k = start; k < end; k++) {
    const e = expGap(values[k]!, max, temperature);
    if (e > 0) variance += (e / total) * (log - (values[k]! - max) / temperature - mean) ** 2;
  }
  return Number.isNaN(rest) ? { mean: NaN, variance: NaN } : { mean, variance };
}

/** ln softmax(z/T) of a row, to the same places of `out`; false where it has none. */
export function logSoftmax(values: Row, start: number, end: number, temperature: number, out: Floats): boolean {
  const { max, rest } = sumExp(values, start, end, temperature);
  const log = Math.log1p(rest);
  for (let k = start; k < end; k++) out[k] = (values[k]! - max) / temperature - log;
  return !Number.isNaN(rest);
}

/** softmax(z/T) of a row, to the same places of `out`; false where it has none. */
export function softmax(values: Row, start: number, end: number, temperature: number, out: Floats): boolean {
  const { max, rest } = sumExp(values, start, end, temperature);
  const total = 1 + rest;
  for (let k = start; k < end; k++) out[k] = expGap(values[k]!, max, temperature) / total;
  return !Number.isNaN(rest);
}
