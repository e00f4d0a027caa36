import type { Predictions } from "../core/index.js";

/**
 * The runner-up of each row, and how far the winner is ahead of it in probability: p₁ − p₂ = p₁(1 − exp(z₂ − z₁)), which keeps its digits near a tie.
 */
export function marginsOf(scores: Predictions): { runnerUp: Int32Array; margins: Float64Array } {
  const { rows, classes, predicted, confidence, scale } = scores;
  const { values } = scores.batch;
  const runnerUp = new Int32Array(rows);
  const margins = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    const winner = predicted[row]!;
    let second = -1;
    let best = -Infinity;
    for (let k = 0; k < classes; k++) {
      if (k === winner || !(values[start + k]! > best)) continue;
      second = k;
      best = values[start + k]!;
    }
    runnerUp[row] = second;
    margins[row] = confidence[row]! * (0 - Math.expm1(scale * (best - values[start + winner]!)));
  }
  return { runnerUp, margins };
}
