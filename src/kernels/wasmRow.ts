// One row of f32 by the WebAssembly kernels: a piece at a time, so that a row that lies outside an arena is read from memory once and its copy
// from the nearest cache.
import { type Arena, arenaOf, DATA, RESULT, scratchArena } from "./arena.js";
import type { Peak } from "./rowReference.js";

/** Scores in a piece: 16 KiB. */
export const PIECE = 4096;
/** Where nothing is copied. */
const LONG_PIECE = 8192;

/** Where the pieces of a row are for the kernels. */
export interface Pieces {
  arena: Arena;
  /** Byte offset of scores from … from + count − 1, with count ≤ PIECE where they are copied. */
  at(from: number, count: number): number;
}

/** A row where it is, or its pieces copied to the scratch arena, one over the other; undefined where there is no memory. */
export function piecesOf(values: Float32Array, home: Arena | undefined = arenaOf(values)): Pieces | undefined {
  if (home) return { arena: home, at: (from) => values.byteOffset + 4 * from };
  const arena = scratchArena();
  if (!arena) return undefined;
  let copied = -1;
  return {
    arena,
    at: (from, count) => {
      if (from !== copied) arena.floats.set(values.subarray(from, from + count), DATA / 4);
      copied = from;
      return DATA;
    },
  };
}

/** What the kernels multiply distances by: log2(e)/2/T in f32; undefined for a T that f32 has no room for. */
export function scaleOf(temperature: number): number | undefined {
  const scale = Math.fround(Math.LOG2E / 2 / temperature);
  return scale > 1e-30 && scale < 1e30 ? scale : undefined;
}

/** See rowReference.ts; undefined where it cannot be done here. */
export function peak(values: Float32Array, start: number, end: number): Peak | undefined {
  const home = arenaOf(values);
  const pieces = piecesOf(values, home);
  if (!pieces) return undefined;
  const { kernels } = pieces.arena;
  const piece = home ? LONG_PIECE : PIECE;
  let max = -Infinity;
  let best = start;
  let tie = false;
  for (let from = start; from < end; from += piece) {
    const count = Math.min(piece, end - from);
    const highest = kernels.peakOf(pieces.at(from, count), count);
    if (highest > max) {
      max = highest;
      best = from;
      tie = false;
    } else if (highest === max) tie = true;
    else if (Number.isNaN(highest)) return { argmax: 0, tie: false, max: NaN };
  }
  if (max === -Infinity) return { argmax: 0, tie: false, max: NaN };
  const count = Math.min(piece, end - best);
  const first = kernels.firstOf(pieces.at(best, count), count, max);
  return { argmax: best - start + (first < 0 ? -1 - first : first), tie: tie || first < 0, max };
}

/** With e = exp((z − max)/T): the maximum, Σ e over the other classes and, where asked for, Σ e·(z − max)/T. `rest` is NaN for a row without a softmax. */
export interface RowSums {
  max: number;
  rest: number;
  weighted: number;
}

/** Undefined where it cannot be done here. */
export function sums(
  values: Float32Array,
  start: number,
  end: number,
  temperature: number,
  weigh: boolean,
): RowSums | undefined {
  const scale = scaleOf(temperature);
  const pieces = scale && piecesOf(values);
  if (!pieces) return undefined;
  const { kernels, doubles } = pieces.arena;
  const at = RESULT / 8;
  doubles[at] = -Infinity;
  doubles.fill(0, at + 1, at + 4);
  for (let from = start; from < end; from += PIECE) {
    const count = Math.min(PIECE, end - from);
    if (!kernels.addSum(pieces.at(from, count), count, scale, 1 / temperature, weigh ? 1 : 0, RESULT))
      return { max: NaN, rest: NaN, weighted: NaN };
  }
  const max = doubles[at]!;
  // A row that is masked throughout has no maximum.
  const rest = max === -Infinity ? NaN : doubles[at + 1]! + (doubles[at + 2]! - 1);
  return { max, rest, weighted: doubles[at + 3]! / temperature };
}

/** See rowReference.ts; undefined where it cannot be done here. */
export function logSoftmax(
  values: Float32Array,
  start: number,
  end: number,
  temperature: number,
  out: Float32Array,
): boolean | undefined {
  const target = arenaOf(out);
  const arena = target ?? scratchArena();
  const found = arena && sums(values, start, end, temperature, false);
  if (!found) return undefined;
  const log = Math.log1p(found.rest);
  if (Number.isNaN(log)) return false;
  for (let from = start; from < end; from += PIECE) {
    const to = Math.min(from + PIECE, end);
    const p = target ? out.byteOffset + 4 * from : DATA;
    arena.floats.set(values.subarray(from, to), p / 4);
    arena.kernels.logRow(p, to - from, found.max, 1 / temperature, log);
    if (!target) out.set(arena.floats.subarray(p / 4, p / 4 + to - from), from);
  }
  return true;
}
