import { type Kind, notFinite, type Source } from "../core/index.js";

/** What is in a source, after one pass over it. */
export interface Inspection {
  kind: Kind;
  stage: string;
  rows: number;
  classes: number;
  classNames: string[];
  dtype?: string;
  labels?: { from: string; base: 0 | 1 | "names" | "one-hot" | "boolean"; present: number };
  ranges: { min: number; max: number; rowSum: [number, number] };
  accuracy?: number;
  /** Rows with at least one masked class (−Infinity). */
  masked: number;
  ties: number;
  notes: string[];
}

export async function inspect(source: Source): Promise<Inspection> {
  let rows = 0;
  let correct = 0;
  let masked = 0;
  let ties = 0;
  let min = Infinity;
  let max = -Infinity;
  let lowest = Infinity;
  let highest = -Infinity;
  const present = new Set<number>();
  for await (const batch of source.batches({ reuse: true })) {
    const { values, classes, labels } = batch;
    for (let row = 0; row < batch.rows; row++) {
      let sum = 0;
      let best = 0;
      let bestValue = -Infinity;
      let tie = false;
      let hidden = false;
      for (let k = 0; k < classes; k++) {
        const value = values[row * classes + k]!;
        if (Number.isNaN(value) || value === Infinity) throw notFinite(batch, row);
        if (value === -Infinity) {
          hidden = true;
          continue;
        }
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
        if (value > bestValue) {
          best = k;
          bestValue = value;
          tie = false;
        } else if (value === bestValue) tie = true;
      }
      if (bestValue === -Infinity) throw notFinite(batch, row);
      if (hidden) masked++;
      if (tie) ties++;
      if (sum < lowest) lowest = sum;
      if (sum > highest) highest = sum;
      if (labels) {
        present.add(labels[row]!);
        if (labels[row] === best) correct++;
      }
    }
    rows += batch.rows;
  }
  const result: Inspection = {
    kind: source.capture.kind,
    stage: source.capture.stage,
    rows,
    classes: source.classes.length,
    classNames: source.classes,
    ranges: { min, max, rowSum: [lowest, highest] },
    masked,
    ties,
    notes: [...source.notes],
  };
  if (source.dtype !== undefined) result.dtype = source.dtype;
  if (source.labels) {
    result.labels = { from: source.labels.from, base: source.labels.base, present: present.size };
    result.accuracy = correct / rows;
  }
  return result;
}
