import { expGap, rowLogSoftmax, rowSoftmax, rowSum, sumExp } from "../../kernels/index.js";
import { numberPerRow, rowPerRow } from "./perRow.js";
import { type Floats, type Row, type Rows, type Tempered, temperatureOf } from "./row.js";

export interface WithOut<Out extends Floats> extends Tempered {
  /** Where the result goes; default a new Float64Array. */
  out?: Out;
}

/**
 * softmax(z/T)_k = exp(z_k/T) / Σ_j exp(z_j/T). The maximum is subtracted first, so nothing overflows; sums are compensated f64.
 * f32 scores into an `out` of f32: relative error at most 1e-5 for p > 1e-30, and what is below 1.2e-38 of the largest is 0.
 *
 * @param z a row, or rows × classes (`{values, rows, classes}`). −Infinity is a masked class and becomes exactly 0.
 * @param options.temperature T > 0; default and no-op 1.
 * @param options.out receives the result: as long as the scores.
 * @throws "not-finite" for NaN, +Infinity or a row of only −Infinity, naming row and column; "bad-argument" for T ≤ 0.
 * @example
 *     softmax([8.2, 1.5])  // [0.99877…, 0.00123…]: 99.877 % and 0.123 %
 */
export function softmax<Out extends Floats = Float64Array>(z: Row | Rows, options: WithOut<Out> = {}): Out {
  const temperature = temperatureOf("softmax", options);
  return rowPerRow("softmax", z, options.out, (values, start, end, out) =>
    rowSoftmax(values, start, end, temperature, out),
  );
}

/**
 * ln softmax(z/T)_k = (z_k − max)/T − ln Σ_j exp((z_j − max)/T): exact where softmax underflows. A masked class is −Infinity.
 * f32 scores into an `out` of f32: error at most 1e-6·max(1, |ln p|).
 *
 * @example
 *     logSoftmax([1000, 0])  // [0, -1000], where ln(softmax) is [0, -Infinity]
 */
export function logSoftmax<Out extends Floats = Float64Array>(z: Row | Rows, options: WithOut<Out> = {}): Out {
  const temperature = temperatureOf("logSoftmax", options);
  return rowPerRow("logSoftmax", z, options.out, (values, start, end, out) =>
    rowLogSoftmax(values, start, end, temperature, out),
  );
}

/**
 * Log-sum-exp: ln Σ_k exp(z_k/T) = max/T + ln(1 + Σ_{k ≠ argmax} exp((z_k − max)/T)).
 * Of f32 scores: error at most 1e-6·max(1, |lse|).
 *
 * Blanchard, Higham & Higham, IMA J. Numer. Anal. 2021.
 *
 * @returns one number for a row, one a row for rows.
 * @example
 *     logSumExp([1000, 1000])  // 1000.693…
 */
export function logSumExp(z: Row, options?: Tempered): number;
export function logSumExp<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function logSumExp<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("logSumExp", options);
  return numberPerRow("logSumExp", z, options.out, (values, start, end) => {
    const { max, rest } = rowSum(values, start, end, temperature);
    return max / temperature + Math.log1p(rest);
  });
}

/**
 * Energy −T ln Σ_k exp(z_k/T): low where the model has evidence for some class. Not invariant to adding a constant to a row.
 * Of f32 scores as exact as `logSumExp`.
 *
 * Liu et al., NeurIPS 2020, §3.
 */
export function energy(z: Row, options?: Tempered): number;
export function energy<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function energy<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("energy", options);
  return numberPerRow("energy", z, options.out, (values, start, end) => {
    const { max, rest } = rowSum(values, start, end, temperature);
    return -(max + temperature * Math.log1p(rest));
  });
}

/**
 * Log-odds of one class against all the rest, z_k/T − ln Σ_{j ≠ k} exp(z_j/T); of the winner when `index` is left out.
 * Keeps its digits where p_k rounds to 1. +Infinity when every other class is masked, −Infinity when the class itself is.
 *
 * @param options.index the class; default the winner.
 * @example
 *     logOddsAgainstRest([40, 0, 0])  // 39.30…, where 1 − p is 0 in f64
 */
export function logOddsAgainstRest(z: Row, options?: Tempered & { index?: number }): number;
export function logOddsAgainstRest<Out extends Floats = Float64Array>(
  z: Rows,
  options?: WithOut<Out> & { index?: number },
): Out;
export function logOddsAgainstRest<Out extends Floats>(
  z: Row | Rows,
  options: WithOut<Out> & { index?: number } = {},
): number | Out {
  const temperature = temperatureOf("logOddsAgainstRest", options);
  return numberPerRow("logOddsAgainstRest", z, options.out, (values, start, end) => {
    const { argmax, max, rest } = sumExp(values, start, end, temperature);
    const k = start + (options.index ?? argmax);
    if (k === start + argmax || Number.isNaN(rest)) return -Math.log(rest);
    if (values[k] === -Infinity) return -Infinity;
    let others = 1;
    for (let j = start; j < end; j++)
      if (j !== k && j !== start + argmax) others += expGap(values[j]!, max, temperature);
    return (values[k]! - max) / temperature - Math.log(others);
  });
}
