/** The few hot loops. Callers never learn which implementation ran. */
import { hasWasm } from "./arena.js";
import { plainParser, wasmParser } from "./records.js";
import type { RecordParser, RecordShape } from "./recordsReference.js";
import * as reference from "./reference.js";
import type { Floats, NllSums, RowStats } from "./reference.js";
import * as wasm from "./wasm.js";

export type { Floats, NllSums, RowStats } from "./reference.js";
export type { RecordParser, RecordShape } from "./recordsReference.js";
export { alloc } from "./arena.js";

export type Implementation = "wasm" | "reference";

let forced: Implementation | undefined;

/** Makes the given implementation answer, for tests and measurements; without an argument the fastest does again. */
export function useImplementation(which?: Implementation): void {
  forced = which;
}

/** Whether f32 rows go to the WebAssembly kernels. */
function fast(values: Floats): values is Float32Array {
  return values instanceof Float32Array && forced !== "reference" && hasWasm();
}

/**
 * Winner, tie, maximum and Σ of the others' exp(β(z − max)) of each row. Of f32 rows with exponentials of f32 accuracy (relative error 2e-7) added in
 * f64: a confidence is off by some 1e-9.
 */
export function rowStats(values: Floats, rows: number, classes: number, beta: number, out: RowStats): void {
  if (!fast(values) || !wasm.rowStats(values, rows, classes, beta, out))
    reference.rowStats(values, rows, classes, beta, out);
}

/** Negative log-likelihood of β·z over labelled rows (all, or of `every` blocks of some rows the first), with its first three derivatives in β. */
export function nllSums(
  values: Floats,
  labels: Int32Array,
  rows: number,
  classes: number,
  beta: number,
  every = 1,
): NllSums {
  const sums = fast(values) ? wasm.nllSums(values, labels, rows, classes, beta, every) : undefined;
  return sums ?? reference.nllSums(values, labels, rows, classes, beta, every);
}

/**
 * softmax of β times each row. A row with NaN, +Infinity or only −Infinity becomes NaN.
 * Into a Float64Array it is computed in f64, because whoever asks for that means it.
 */
export function softmaxRows(values: Floats, rows: number, classes: number, out: Floats, beta = 1): void {
  const done =
    beta === 1 && fast(values) && out instanceof Float32Array && wasm.softmaxRows(values, rows, classes, out);
  if (!done) reference.softmaxRows(values, rows, classes, out, beta);
}

/** Bytes of input for which starting the kernels is not worth it. */
const FEW_BYTES = 1 << 15;

/** A parser for at most `rows` records and `bytes` of input at a time. */
export function recordParser(shape: RecordShape, rows: number, bytes: number): RecordParser {
  const wanted = forced === undefined ? bytes > FEW_BYTES : forced === "wasm";
  return (wanted ? wasmParser(shape, rows, bytes) : undefined) ?? plainParser(shape, rows, bytes);
}
