import { numberPerRow } from "./perRow.js";
import { type Floats, type Row, type Rows, type Tempered, temperatureOf } from "./row.js";
import type { WithOut } from "./softmax.js";
import { expGap, sumExp } from "./sumExp.js";

/** Mean and variance of the surprisal −ln p under softmax(z/T), in nats and nats². */
function surprisal(values: Row, start: number, end: number, temperature: number): { mean: number; variance: number } {
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

/**
 * Shannon entropy of softmax(z/T): −Σ p ln p, in nats; 0 · ln 0 = 0. Between 0 and ln K.
 *
 * @example
 *     entropy([0, 0, 0, 0])  // 1.386… = ln 4
 */
export function entropy(z: Row, options?: Tempered): number;
export function entropy<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function entropy<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("entropy", options);
  return numberPerRow(
    "entropy",
    z,
    options.out,
    (values, start, end) => surprisal(values, start, end, temperature).mean,
  );
}

/**
 * Varentropy: the variance of the surprisal −ln p under p, in nats². 0 for a uniform and for a certain row.
 *
 * @example
 *     varentropy([0, 0])  // 0
 */
export function varentropy(z: Row, options?: Tempered): number;
export function varentropy<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function varentropy<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("varentropy", options);
  return numberPerRow(
    "varentropy",
    z,
    options.out,
    (values, start, end) => surprisal(values, start, end, temperature).variance,
  );
}

/**
 * Perplexity of one row: exp of its entropy, the effective number of classes. Between 1 and K.
 *
 * @example
 *     perplexity([7, 7, 7, 7])  // 4
 */
export function perplexity(z: Row, options?: Tempered): number;
export function perplexity<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function perplexity<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("perplexity", options);
  return numberPerRow("perplexity", z, options.out, (values, start, end) =>
    Math.exp(surprisal(values, start, end, temperature).mean),
  );
}
