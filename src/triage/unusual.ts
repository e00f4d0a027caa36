import { type Batch, predictions } from "../core/index.js";

export interface Unusual {
  row: number;
  /** Which of the two scores is the more extreme. */
  score: "logSumExp" | "distance";
  value: number;
  /** Share of rows at least as extreme. */
  percentile: number;
}

/**
 * How unusual each row of raw logits is: its log-sum-exp from below (little evidence for any class), or its distance from the mean of the rows
 * with the same predicted class, in units of each logit's spread there (a diagonal Mahalanobis distance).
 *
 * Not invariant to adding a constant to a row: only raw logits have it.
 */
export function unusualScores(raw: Batch): Unusual[] {
  const rows = predictions(raw);
  const energy = percentiles(rows.logSumExp, true);
  const distances = classDistances(raw, rows.predicted);
  const far = percentiles(distances, false);
  return Array.from({ length: rows.rows }, (_, row) =>
    energy[row]! <= far[row]!
      ? { row, score: "logSumExp" as const, value: rows.logSumExp[row]!, percentile: energy[row]! }
      : { row, score: "distance" as const, value: distances[row]!, percentile: far[row]! },
  );
}

/** Share of values at least as low (or as high) as each. */
function percentiles(values: Float64Array, low: boolean): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) =>
    low ? values[a]! - values[b]! : values[b]! - values[a]!,
  );
  const out = new Float64Array(values.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const next = order[i + 1];
    const tied = next !== undefined && values[next] === values[order[i]!];
    out[order[i]!] = tied ? out[next]! : (i + 1) / values.length;
  }
  return out;
}

function classDistances({ values, rows, classes }: Batch, predicted: Int32Array): Float64Array {
  const count = new Float64Array(classes);
  const mean = new Float64Array(classes * classes);
  const square = new Float64Array(classes * classes);
  for (let row = 0; row < rows; row++) {
    const at = predicted[row]! * classes;
    count[predicted[row]!]!++;
    for (let k = 0; k < classes; k++) {
      const z = values[row * classes + k]!;
      if (z === -Infinity) continue;
      mean[at + k]! += z;
      square[at + k]! += z * z;
    }
  }
  return Float64Array.from({ length: rows }, (_, row) => {
    const n = count[predicted[row]!]!;
    if (n < 3) return 0;
    let distance = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[row * classes + k]!;
      if (z === -Infinity) continue;
      const m = mean[predicted[row]! * classes + k]! / n;
      const variance = Math.max(square[predicted[row]! * classes + k]! / n - m * m, 1e-12);
      distance += (z - m) ** 2 / variance;
    }
    return Math.sqrt(distance / classes);
  });
}
