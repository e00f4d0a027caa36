import { LogitsError, portableExp, uniform } from "../core/index.js";
import { checkKey, type DrawKey } from "./chain.js";
import { peakOf } from "./row.js";

/**
 * Draws a token from a row of scores by inverting the cumulative distribution in the order of ids:
 *
 *     the first id with  Σ_{j ≤ id} e^{z_j − z_max}  >  u · Σ_j e^{z_j − z_max}
 *
 * u has 53 bits and depends on (seed, sequence, step) alone, exponentials are made of operations that IEEE 754 fixes, and sums run over ids: the same
 * token on every engine, whatever else is drawn and in whatever order. Probabilities down to 2⁻⁵² are reached.
 *
 * @param row scores; −Infinity for tokens that have been removed
 * @returns the id
 * @throws LogitsError `not-finite` where no token is left; `bad-argument` for a key out of range
 */
export function drawToken(row: Float64Array, key: DrawKey): number {
  checkKey(key);
  const { seed, sequence = 0, step = 0 } = key;
  return tokenAt(row, uniform(seed, "sample", step, sequence));
}

/** The token at u ∈ [0, 1) of the cumulative distribution. */
export function tokenAt(row: Float64Array, u: number): number {
  const peak = peakOf(row);
  if (peak === -Infinity) throw new LogitsError("not-finite", "Cannot draw: a token must be left, got none");
  let total = 0;
  for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity) total += portableExp(row[id]! - peak);
  const target = u * total;
  let sum = 0;
  let last = 0;
  for (let id = 0; id < row.length; id++) {
    if (row[id] === -Infinity) continue;
    const weight = portableExp(row[id]! - peak);
    sum += weight;
    if (sum > target) return id;
    if (weight > 0) last = id;
  }
  return last;
}
