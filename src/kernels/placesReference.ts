import type { Floats } from "./reference.js";

/** Where one class of each row, its label for instance, stands among the others. All arrays have one entry a row. */
export interface Places {
  /** Probability of the class; NaN where the row holds NaN, +Infinity or only −Infinity, and then the others say nothing. */
  share: Float32Array;
  /** Probability of all classes whose scores are larger. */
  above: Float32Array;
  /** Probability of the largest. */
  largest: Float32Array;
  /** 1 and the number of classes whose scores are larger. */
  rank: Int32Array;
}

/** Of labels, which must be classes. */
export function labelPlaces(values: Floats, labels: Int32Array, rows: number, classes: number, out: Places): void {
  const weights = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const sum = weigh(values, row * classes, weights);
    place(values, row * classes, weights, sum, labels[row]!, out, row);
  }
}

/** Of every class, one after another. */
export function classPlaces(values: Floats, rows: number, classes: number, out: readonly Places[]): void {
  const weights = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const sum = weigh(values, row * classes, weights);
    for (let k = 0; k < classes; k++) place(values, row * classes, weights, sum, k, out[k]!, row);
  }
}

function weigh(values: Floats, start: number, weights: Float64Array): number {
  let max = -Infinity;
  for (let k = 0; k < weights.length; k++) max = Math.max(max, values[start + k]!);
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    weights[k] = Math.exp(values[start + k]! - max);
    sum += weights[k]!;
  }
  return sum;
}

function place(
  values: Floats,
  start: number,
  weights: Float64Array,
  sum: number,
  k: number,
  { share, above, largest, rank }: Places,
  row: number,
): void {
  const own = values[start + k]!;
  let [mass, larger] = [0, 0];
  for (let other = 0; other < weights.length; other++) {
    if (!(values[start + other]! > own)) continue;
    mass += weights[other]!;
    larger++;
  }
  share[row] = weights[k]! / sum;
  above[row] = mass / sum;
  largest[row] = 1 / sum;
  rank[row] = 1 + larger;
}
