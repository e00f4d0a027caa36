import { rowEntropy, surprisal } from "../../kernels/index.js";
import { numberPerRow } from "./perRow.js";
import { type Floats, type Row, type Rows, type Tempered, temperatureOf } from "./row.js";
import type { WithOut } from "./softmax.js";

/**
 * Shannon entropy of softmax(z/T): −Σ p ln p, in nats; 0 · ln 0 = 0. Between 0 and ln K. Of f32 scores: error at most 1e-5.
 *
 * @example
 *     entropy([0, 0, 0, 0])  // 1.386… = ln 4
 */
export function entropy(z: Row, options?: Tempered): number;
export function entropy<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function entropy<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("entropy", options);
  return numberPerRow("entropy", z, options.out, (values, start, end) => rowEntropy(values, start, end, temperature));
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
 * Perplexity of one row: exp of its entropy, the effective number of classes. Between 1 and K. Of f32 scores: relative error at most 1e-5.
 *
 * @example
 *     perplexity([7, 7, 7, 7])  // 4
 */
export function perplexity(z: Row, options?: Tempered): number;
export function perplexity<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function perplexity<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("perplexity", options);
  return numberPerRow("perplexity", z, options.out, (values, start, end) =>
    Math.exp(rowEntropy(values, start, end, temperature)),
  );
}
