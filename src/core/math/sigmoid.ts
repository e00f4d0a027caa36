import { LogitsError } from "../errors.js";
import { elementwise } from "./perRow.js";
import type { Floats, Row, Rows } from "./row.js";

/**
 * Logistic function: σ(z) = 1/(1 + e^−z), by two branches so that nothing overflows. σ(−∞) = 0.
 *
 * @param z one logit, a row, or rows × classes.
 * @param out where results go for a row or rows; default a new Float64Array.
 * @throws "not-finite" for NaN and +Infinity, naming row and column.
 * @example
 *     sigmoid(0)  // 0.5
 */
export function sigmoid(z: number): number;
export function sigmoid<Out extends Floats = Float64Array>(z: Row | Rows, out?: Out): Out;
export function sigmoid(z: number | Row | Rows, out?: Floats): number | Floats {
  return elementwise("sigmoid", z, out, (x) => {
    if (x >= 0) return 1 / (1 + Math.exp(-x));
    const e = Math.exp(x);
    return e / (1 + e);
  });
}

/**
 * ln σ(z) = −softplus(−z), without taking the logarithm of a rounded probability.
 *
 * @example
 *     logSigmoid(-800)  // -800, where ln(sigmoid(-800)) is -Infinity
 */
export function logSigmoid(z: number): number;
export function logSigmoid<Out extends Floats = Float64Array>(z: Row | Rows, out?: Out): Out;
export function logSigmoid(z: number | Row | Rows, out?: Floats): number | Floats {
  return elementwise("logSigmoid", z, out, (x) => (x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x))));
}

/**
 * softplus(z) = ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|). softplus(−∞) = 0.
 *
 * @example
 *     softplus(1000)  // 1000, where ln(1 + exp(1000)) is Infinity
 */
export function softplus(z: number): number;
export function softplus<Out extends Floats = Float64Array>(z: Row | Rows, out?: Out): Out;
export function softplus(z: number | Row | Rows, out?: Floats): number | Floats {
  return elementwise("softplus", z, out, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
}

/**
 * Log-odds of a probability: ln p − ln(1 − p). The inverse of `sigmoid`; −Infinity at 0 and +Infinity at 1.
 *
 * @param p in [0, 1].
 * @throws "bad-argument" outside.
 * @example
 *     logit(0.5)  // 0
 */
export function logit(p: number): number {
  checkProbability("logit", p);
  // Near 1/2 the difference of two logarithms cancels; ln(p/(1 − p)) = ln1p((2p − 1)/(1 − p)) does not.
  if (p > 0.25 && p < 0.75) return Math.log1p((2 * p - 1) / (1 - p));
  return Math.log(p) - Math.log1p(-p);
}

/**
 * Odds of a probability: p/(1 − p); Infinity at 1.
 *
 * @param p in [0, 1].
 * @example
 *     odds(0.75)  // 3
 */
export function odds(p: number): number {
  checkProbability("odds", p);
  return p / (1 - p);
}

function checkProbability(action: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new LogitsError("bad-argument", `Cannot compute ${action}: a probability must be in [0, 1], got ${p}`);
}
