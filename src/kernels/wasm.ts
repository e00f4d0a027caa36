// Tables of rows by the WebAssembly kernels: rows that lie outside an arena are copied into the scratch arena, some at a time.
import { type Arena, arenaOf, DATA, RESULT, scratchArena, TILE, WORK } from "./arena.js";
import { blockRows, type NllSums, type RowStats } from "./reference.js";
import { scaleOf } from "./wasmRow.js";

/** Bytes of rows that are copied at a time: they stay in the second-level cache. */
const PIECE = 1 << 16;
/** Rows whose results fit beside them. */
export const MOST_ROWS = 8192;

export function rowsAtATime(classes: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(PIECE / (4 * classes))));
}

/** Where rows are for the kernels. */
export interface Place {
  arena: Arena;
  /** Byte offset of row `from`; it and the rows up to `to` may be read there. */
  rows(from: number, to: number): number;
}

/** The arena the values lie in, or the scratch arena, to which each piece is copied; undefined where there is no memory for one row. */
export function placeOf(values: Float32Array, classes: number): Place | undefined {
  const home = arenaOf(values);
  if (home) return { arena: home, rows: (from) => values.byteOffset + 4 * from * classes };
  const arena = scratchArena(4 * classes * rowsAtATime(classes));
  if (!arena) return undefined;
  return {
    arena,
    rows: (from, to) => {
      arena.floats.set(values.subarray(from * classes, to * classes), DATA / 4);
      return DATA;
    },
  };
}

/** See reference.ts, with the scores divided by a temperature first; false where it cannot be done here. */
export function softmaxRows(
  values: Float32Array,
  rows: number,
  classes: number,
  out: Float32Array,
  temperature: number,
): boolean {
  const scale = scaleOf(temperature);
  if (scale === undefined) return false;
  const from = arenaOf(values);
  const target = arenaOf(out);
  if (target && from === target) {
    target.kernels.softmaxRows(values.byteOffset, out.byteOffset, rows, classes, scale);
    return true;
  }
  const some = rowsAtATime(classes);
  const arena = target ?? scratchArena(4 * classes * some);
  if (!arena) return false;
  for (let row = 0; row < rows; row += some) {
    const count = Math.min(some, rows - row);
    const start = row * classes;
    const p = target ? out.byteOffset + 4 * start : DATA;
    arena.floats.set(values.subarray(start, start + count * classes), p / 4);
    arena.kernels.softmaxRows(p, p, count, classes, scale);
    if (!target) out.set(arena.floats.subarray(DATA / 4, DATA / 4 + count * classes), start);
  }
  return true;
}

/** See reference.ts; false where it cannot be done here. */
export function rowStats(values: Float32Array, rows: number, classes: number, beta: number, out: RowStats): boolean {
  if (!exact(beta)) return false;
  const place = placeOf(values, classes);
  if (!place) return false;
  const { kernels, bytes, ints, doubles } = place.arena;
  const argmax = WORK;
  const tie = argmax + 4 * MOST_ROWS;
  const max = tie + MOST_ROWS;
  const rest = max + 8 * MOST_ROWS;
  const some = rowsAtATime(classes);
  for (let row = 0; row < rows; row += some) {
    const end = Math.min(rows, row + some);
    const count = end - row;
    kernels.rowStats(place.rows(row, end), count, classes, beta, TILE, argmax, tie, max, rest);
    out.argmax.set(ints.subarray(argmax / 4, argmax / 4 + count), row);
    out.tie.set(bytes.subarray(tie, tie + count), row);
    out.max.set(doubles.subarray(max / 8, max / 8 + count), row);
    out.rest.set(doubles.subarray(rest / 8, rest / 8 + count), row);
  }
  return true;
}

/** Rows of at most this many classes are packed, four to a tile. */
export const FEW = 48;
/** log2(e)/2 rounded to f32: what the kernels multiply by. */
const SCALE = Math.LOG2E / 2;

/** See reference.ts; undefined where it cannot be done here. */
export function nllSums(
  values: Float32Array,
  labels: Int32Array,
  rows: number,
  classes: number,
  beta: number,
  every: number,
): NllSums | undefined {
  const scale = Math.fround(beta * SCALE);
  if (!exact(scale)) return undefined;
  const place = placeOf(values, classes);
  if (!place) return undefined;
  const { kernels, ints } = place.arena;
  const few = classes <= FEW;
  const some = few ? rowsAtATime(classes) >> 1 : rowsAtATime(classes);
  // Of a piece of at most PIECE/2 bytes: its labels, then the packed tiles and the labels' distances.
  const packedLabels = WORK + 4 * MOST_ROWS;
  const packed = packedLabels + 8 * MOST_ROWS;
  begin(place.arena);
  const block = every === 1 ? some : blockRows(classes);
  for (let row = 0; row < rows; row += every * block) {
    const end = Math.min(rows, row + block);
    const count = end - row;
    ints.set(labels.subarray(row, end), WORK / 4);
    const p = place.rows(row, end);
    if (few) {
      const least = kernels.pack(p, WORK, count, classes, TILE, packed, packedLabels);
      kernels.packedSums(packed, packedLabels, count, classes, least, scale, RESULT);
    } else kernels.rowSums(p, WORK, count, classes, scale, RESULT);
  }
  return finish(place.arena, beta, scale);
}

/** Whether f32 has enough bits left for this multiplier. */
function exact(scale: number): boolean {
  return scale === 0 || (scale > 1e-30 && scale < 1e30);
}

function begin({ doubles }: Arena): void {
  doubles.fill(0, RESULT / 8, RESULT / 8 + 6);
  doubles[RESULT / 8] = 1;
}

function finish({ doubles }: Arena, beta: number, scale: number): NllSums | undefined {
  const [mantissa = NaN, exponent = NaN, mean = NaN, hessian = NaN, third = NaN, distance = NaN] = doubles.subarray(
    RESULT / 8,
    RESULT / 8 + 6,
  );
  const gradient = mean - distance;
  // A row without a softmax, a masked label, or powers that are too large for f32: the reference says which.
  if (!Number.isFinite(gradient + hessian + third)) return undefined;
  // The kernels worked with β rounded to f32; from there it is a short way, on which two terms of Taylor's series are enough.
  const step = beta - scale / SCALE;
  const logs = Math.log(mantissa) + exponent * Math.LN2;
  return {
    nll: logs + (mean + (hessian * step) / 2) * step - beta * distance,
    gradient: gradient + (hessian + (third * step) / 2) * step,
    hessian: hessian + third * step,
    third,
  };
}
