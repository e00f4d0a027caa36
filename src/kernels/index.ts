/** The few hot loops. Callers never learn which implementation ran. */
import { hasWasm } from "./arena.js";
import { drawRow as makeDrawRow } from "./drawRow.js";
import type { DrawRow } from "./plainDrawRow.js";
import { type HeaviestRule, keepHeaviest as wasmKeepHeaviest } from "./heaviest.js";
import { plainPhilox, wasmPhilox } from "./philox.js";
import { plainParser, wasmParser } from "./records.js";
import type { RecordParser, RecordShape } from "./recordsReference.js";
import * as placesReference from "./placesReference.js";
import type { Places } from "./placesReference.js";
import * as reference from "./reference.js";
import type { Floats, NllSums, RowStats } from "./reference.js";
import * as row from "./rowReference.js";
import type { Peak, Row } from "./rowReference.js";
import * as topReference from "./topReference.js";
import type { Top } from "./topReference.js";
import * as wasm from "./wasm.js";
import * as wasmPlaces from "./wasmPlaces.js";
import * as wasmRow from "./wasmRow.js";
import { topK as wasmTopK } from "./wasmTop.js";

export type { Floats, NllSums, RowStats } from "./reference.js";
export type { Places } from "./placesReference.js";
export type { RecordParser, RecordShape } from "./recordsReference.js";
export { expGap, type Peak, type Row, sumExp, surprisal } from "./rowReference.js";
export { weighGap } from "./drawReference.js";
export { type DrawRow, exactRow, type Spread } from "./plainDrawRow.js";
export type { Top } from "./topReference.js";
export { philox } from "./philox.js";
export { alloc, free } from "./arena.js";
export { wordOrder } from "./wordOrder.js";

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
  const done = fast(values) && out instanceof Float32Array && wasm.softmaxRows(values, rows, classes, out, 1 / beta);
  if (!done) reference.softmaxRows(values, rows, classes, out, beta);
}

/** Where each row's label stands; of f32 rows with probabilities of f32 (relative error 1e-5). Labels must be classes. */
export function labelPlaces(values: Floats, labels: Int32Array, rows: number, classes: number, out: Places): void {
  if (!fast(values) || !wasmPlaces.labelPlaces(values, labels, rows, classes, out))
    placesReference.labelPlaces(values, labels, rows, classes, out);
}

/** Where every class of each row stands, as `labelPlaces` says it: for rows of few classes, since each is compared with each. */
export function classPlaces(values: Floats, rows: number, classes: number, out: readonly Places[]): void {
  if (!fast(values) || !wasmPlaces.classPlaces(values, rows, classes, out))
    placesReference.classPlaces(values, rows, classes, out);
}

/** The words of so many counters (a, third, fourth), (a + 1, third, fourth) … under a key: four each, one counter after another. The same from both. */
export function philoxRun(
  a: number,
  third: number,
  fourth: number,
  key: ArrayLike<number>,
  counters: number,
  out: Uint32Array,
): void {
  if (counters < WORTH.philox || forced === "reference" || !wasmPhilox(a, third, fourth, key, counters, out))
    plainPhilox(a, third, fourth, key, counters, out);
}

/** Room for a row that tokens are drawn from. */
export function drawRow(tokens: number): DrawRow {
  return makeDrawRow(tokens, forced !== "reference");
}

/** See heaviest.ts. */
export function keepHeaviest(row: Float64Array, share: number, rule?: HeaviestRule): boolean {
  return forced !== "reference" && wasmKeepHeaviest(row, share, rule);
}

/** Bytes of input for which starting the kernels is not worth it. */
const FEW_BYTES = 1 << 15;

/** A parser for at most `rows` records and `bytes` of input at a time. */
export function recordParser(shape: RecordShape, rows: number, bytes: number): RecordParser {
  const wanted = forced === undefined ? bytes > FEW_BYTES : forced === "wasm";
  return (wanted ? wasmParser(shape, rows, bytes) : undefined) ?? plainParser(shape, rows, bytes);
}

// Single rows: scores start … end − 1 of an array.

/** Scores (or counters) from which on a row is faster in the kernels than in a plain loop. */
const WORTH = { exp: 16, peak: 64, top: 192, order: 1000, philox: 16 };
/** Scores in a group of the top-k kernel. */
const GROUP = 16;

function fastRow(values: Row, length: number, least: number): values is Float32Array {
  return values instanceof Float32Array && (length >= least || forced === "wasm") && fast(values);
}

/** Where a row is highest; the same from both. */
export function peak(values: Row, start: number, end: number): Peak {
  const found = fastRow(values, end - start, WORTH.peak) ? wasmRow.peak(values, start, end) : undefined;
  return found ?? row.peak(values, start, end);
}

/**
 * The maximum and Σ of the others' exp((z − max)/T), NaN where the row has no softmax. Of a row of f32 the log-sum-exp made of them has an absolute
 * error of at most 1e-6·max(1, |lse|).
 */
export function rowSum(values: Row, start: number, end: number, temperature: number): { max: number; rest: number } {
  const fit = fastRow(values, end - start, WORTH.exp);
  return (fit && wasmRow.sums(values, start, end, temperature, false)) || row.sumExp(values, start, end, temperature);
}

/** Entropy of softmax(z/T) in nats, of a row of f32 to 1e-5; NaN where the row has no softmax. */
export function rowEntropy(values: Row, start: number, end: number, temperature: number): number {
  const found = fastRow(values, end - start, WORTH.exp)
    ? wasmRow.sums(values, start, end, temperature, true)
    : undefined;
  if (!found) return row.surprisal(values, start, end, temperature).mean;
  return Math.log1p(found.rest) - found.weighted / (1 + found.rest);
}

/** softmax(z/T) of a row to the same places of `out`; false where it has none. In f32 where both are. */
export function rowSoftmax(values: Row, start: number, end: number, temperature: number, out: Floats): boolean {
  if (fastRow(values, end - start, WORTH.exp) && out instanceof Float32Array) {
    const to = out.subarray(start, end);
    if (wasm.softmaxRows(values.subarray(start, end), 1, end - start, to, temperature)) return !Number.isNaN(to[0]);
  }
  return row.softmax(values, start, end, temperature, out);
}

/** ln softmax(z/T) of a row to the same places of `out`; false where it has none. In f32 where both are. */
export function rowLogSoftmax(values: Row, start: number, end: number, temperature: number, out: Floats): boolean {
  const fit = fastRow(values, end - start, WORTH.exp) && out instanceof Float32Array;
  const done = fit ? wasmRow.logSoftmax(values, start, end, temperature, out) : undefined;
  return done ?? row.logSoftmax(values, start, end, temperature, out);
}

/** The k largest of a whole row; the same from both. Undefined where the row holds NaN or +Infinity, or only −Infinity. */
export function topK(values: Row, k: number): Top | undefined {
  // Where there are fewer groups than scores wanted, none can be left out.
  const worth = k <= values.length / GROUP ? WORTH.top : WORTH.order;
  const found = fastRow(values, values.length, worth) ? wasmTopK(values, k) : undefined;
  return found === undefined ? topReference.topK(values, k) : (found ?? undefined);
}
