import { checkBatch } from "../batch.js";
import { LogitsError } from "../errors.js";
import { notFinite } from "../predictions.js";
import type { Batch, Kind, Logits, Probs } from "../types.js";

/** The scores of one row. */
export type Row = readonly number[] | Logits;

/** Many rows at once, row-major; every `Batch` of logits or log-probabilities is one. */
export interface Rows {
  values: readonly number[] | Logits | Probs;
  rows: number;
  classes: number;
  /** Probabilities are refused: they are not logits. */
  kind?: Kind;
  /** Index of the first row within its source, for messages. */
  offset?: number;
}

/** What every function of this folder that looks at a whole row takes. */
export interface Tempered {
  /** The scores are divided by it first: T > 0; default and no-op 1. */
  temperature?: number;
}

export type Floats = Float32Array | Float64Array;

/** Scores in the one shape the loops work on. */
export interface View {
  values: readonly number[] | Floats;
  rows: number;
  classes: number;
  offset: number;
}

/** True for many rows, false for one. */
export function isRows(given: Row | Rows): given is Rows {
  return "classes" in given;
}

/** One row, or many, as a view; its shape checked. */
export function view(action: string, given: Row | Rows): View {
  if (!isRows(given)) {
    checkBatch({ kind: "logits", values: given as Logits, rows: 1, classes: given.length });
    return { values: given, rows: 1, classes: given.length, offset: 0 };
  }
  if (given.kind === "probs") {
    throw new LogitsError("bad-argument", `Cannot compute ${action}: the rows must be logits, got probabilities`, {
      hint: "turn them into log-probabilities first: toLogits(batch)",
    });
  }
  checkBatch({ kind: "logits", values: given.values as Logits, rows: given.rows, classes: given.classes });
  return { values: given.values, rows: given.rows, classes: given.classes, offset: given.offset ?? 0 };
}

/** The error for a row that has no probabilities: NaN, +Infinity, or every class masked. */
export function badRow(from: View, row: number): LogitsError {
  return notFinite({ ...from, kind: "logits", values: from.values as Batch["values"] }, row);
}

/** The temperature, checked. */
export function temperatureOf(action: string, { temperature = 1 }: Tempered): number {
  if (!(temperature > 0) || temperature === Infinity) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: temperature must be a finite number > 0, got ${temperature}`,
    );
  }
  return temperature;
}

/** `out`, checked to have the right length, or a new Float64Array. */
export function outputOf<Out extends Floats>(action: string, out: Out | undefined, length: number): Out {
  if (out === undefined) return new Float64Array(length) as Floats as Out;
  if (out.length !== length) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: out must have length ${length}, got ${out.length}`,
    );
  }
  return out;
}
