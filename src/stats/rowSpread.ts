/**
 * Variance of one row of logits over its classes that are not masked, Σ (z − z̄)²/K: large where one class stands far above the others.
 * Adding a constant to the row changes nothing.
 *
 * @example
 *     rowVariance([3, 1, -Infinity], 0, 3)  // 1
 */
export function rowVariance(values: ArrayLike<number>, start: number, classes: number): number {
  let [sum, open] = [0, 0];
  for (let k = start; k < start + classes; k++) {
    if (values[k] === -Infinity) continue;
    sum += values[k]!;
    open++;
  }
  const mean = sum / open;
  let squares = 0;
  for (let k = start; k < start + classes; k++) if (values[k] !== -Infinity) squares += (values[k]! - mean) ** 2;
  return squares / open;
}

/** The largest score of a row but its winner's; −Infinity where all others are masked. */
export function runnerUpScore(values: ArrayLike<number>, start: number, classes: number, winner: number): number {
  let best = -Infinity;
  for (let k = 0; k < classes; k++) if (k !== winner && values[start + k]! > best) best = values[start + k]!;
  return best;
}
