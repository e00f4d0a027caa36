/** e^(−j/2048): the exponential of what is left, at most 1/4096, is then 1 + r + r²/2 + r³/6 to the last place. */
const STEPS = 2048;
const fine = Float64Array.from({ length: STEPS }, (_, j) => Math.exp(-j / STEPS));
/** Beyond e⁻⁶⁰ of the largest nothing is added that a sum of f64 would show. */
const DEEPEST = 60;
const whole = Float64Array.from({ length: DEEPEST + 1 }, (_, k) => Math.exp(-k));

/**
 * Σ exp(z − shift) over the scores from `start` up to `end`, to some 6e-16: `Math.exp` is a call for each of them, this is not.
 *
 * @param shift the largest of these scores, or any number above; any finite one where all are −Infinity. NaN among them gives NaN, and so does +Infinity.
 */
export function sumExp(values: ArrayLike<number>, start: number, end: number, shift: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) {
    const depth = shift - values[at]!;
    if (depth > DEEPEST) continue;
    const n = (depth * STEPS + 0.5) | 0;
    // Exact: the steps are a power of two.
    const r = n * (1 / STEPS) - depth;
    sum += fine[n & (STEPS - 1)]! * whole[n >>> 11]! * (1 + r + r * r * (0.5 + r * (1 / 6)));
  }
  return sum;
}
