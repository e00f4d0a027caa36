import { LogitsError } from "./errors.js";
import type { Batch, Kind } from "./types.js";

/**
 * The same rows as logits: probabilities become their natural logarithm (0 becomes −Infinity), logits and log-probabilities stay as they are.
 * The one place where probabilities turn into scores.
 */
export function toLogits(batch: Batch): Batch {
  if (batch.kind !== "probs") return batch;
  const values = new Float64Array(batch.values.length);
  for (let i = 0; i < values.length; i++) values[i] = Math.log(batch.values[i]!);
  return { ...batch, kind: "logprobs", values };
}

const kinds: readonly Kind[] = ["logits", "logprobs", "probs"];

/** Checks that the kind is one, that the shapes of a batch belong together and every label is a class. */
export function checkBatch(batch: Batch): void {
  const { kind, values, rows, classes, labels } = batch;
  // None at all is logits; a name that nobody knows is a slip, and is not.
  if (kind !== undefined && !kinds.includes(kind))
    throw new LogitsError(
      "bad-argument",
      `Cannot use these scores: kind must be one of ${kinds.join(", ")}, got ${String(kind)}`,
    );
  if (classes < 1 || !Number.isInteger(classes)) {
    throw new LogitsError(
      "bad-data",
      `Cannot use these scores: the number of classes must be an integer ≥ 1, got ${classes}`,
    );
  }
  if (values.length !== rows * classes) {
    throw new LogitsError(
      "bad-data",
      `Cannot use these scores: ${rows} rows × ${classes} classes must be ${rows * classes} numbers, got ${values.length}`,
    );
  }
  if (!labels) return;
  if (labels.length !== rows) {
    throw new LogitsError(
      "bad-data",
      `Cannot use these labels: there must be one a row (${rows}), got ${labels.length}`,
    );
  }
  const offset = batch.offset ?? 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    if (label < 0 || label >= classes) {
      throw new LogitsError(
        "bad-data",
        `Cannot use the label of row ${offset + row}: it must be in [0, ${classes - 1}], got ${label}`,
        {
          row: offset + row,
        },
      );
    }
  }
}

/** A view costs more than copying a short row number by number. */
const shortRow = 64;

function copyRow(from: Batch["values"], start: number, to: Batch["values"], at: number, length: number): void {
  if (length > shortRow) to.set(from.subarray(start, start + length), at);
  else for (let k = 0; k < length; k++) to[at + k] = from[start + k]!;
}

/** The rows at `indices`, copied. */
export function takeRows(batch: Batch, indices: ArrayLike<number>): Batch {
  const { classes } = batch;
  const values =
    batch.values instanceof Float32Array
      ? new Float32Array(indices.length * classes)
      : new Float64Array(indices.length * classes);
  for (let i = 0; i < indices.length; i++) copyRow(batch.values, indices[i]! * classes, values, i * classes, classes);
  const pick = <T>(column: ArrayLike<T>): T[] => Array.from({ length: indices.length }, (_, i) => column[indices[i]!]!);
  const part: Batch = { kind: batch.kind, values, rows: indices.length, classes };
  if (batch.floor !== undefined) part.floor = batch.floor;
  const { labels } = batch;
  if (labels) part.labels = new Int32Array(indices.length).map((_, i) => labels[indices[i]!]!);
  if (batch.ids) part.ids = pick(batch.ids);
  if (batch.slices)
    part.slices = Object.fromEntries(Object.entries(batch.slices).map(([name, column]) => [name, pick(column)]));
  return part;
}
