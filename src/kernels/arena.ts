// Memory that the WebAssembly kernels work in. Every arena has a memory and an instance of its own and never grows, because growing would
// detach the views that callers hold; the module is compiled once.
import { wasm } from "./wasm.generated.js";

/** What kernels/assembly/index.ts exports. Pointers are byte offsets into the arena. */
export interface Kernels extends RowKernels {
  /** Where what the module itself keeps ends. */
  dataEnd(): number;
  softmaxRows(p: number, to: number, rows: number, classes: number, scale: number): void;
  /** Booleans are 0 and 1. */
  addSum(p: number, n: number, scale: number, beta: number, weigh: number, state: number): number;
  peakOf(p: number, n: number): number;
  firstOf(p: number, n: number, value: number): number;
  logRow(p: number, n: number, max: number, beta: number, log: number): void;
  groupMaxima(p: number, tiles: number, to: number, coarser: number): number;
  threshold(maxima: number, tiles: number, k: number, coarser: number, coarse: number): number;
  best(p: number, tiles: number, maxima: number, coarser: number, k: number, to: number, room: number): number;
  tilesFrom(maxima: number, tiles: number, least: number, to: number): number;
  rowStats(
    p: number,
    rows: number,
    classes: number,
    beta: number,
    tile: number,
    argmax: number,
    tie: number,
    max: number,
    rest: number,
  ): void;
  labelPlaces(
    p: number,
    labels: number,
    rows: number,
    classes: number,
    tile: number,
    share: number,
    above: number,
    largest: number,
    rank: number,
  ): void;
  classPlaces(
    p: number,
    rows: number,
    classes: number,
    tile: number,
    weights: number,
    share: number,
    above: number,
    largest: number,
    rank: number,
    stride: number,
  ): void;
  philox(
    low: number,
    high: number,
    third: number,
    fourth: number,
    first: number,
    second: number,
    counters: number,
    to: number,
  ): void;
  pack(p: number, labels: number, rows: number, classes: number, tile: number, to: number, toLabel: number): number;
  packedSums(p: number, labels: number, rows: number, classes: number, least: number, scale: number, out: number): void;
  rowSums(p: number, labels: number, rows: number, classes: number, scale: number, out: number): void;
  weighExactly(p: number, blocks: number, peak: number, weights: number): number;
  weighScaled(p: number, blocks: number, scale: number, peak: number, weights: number): number;
  massFrom(weights: number, blocks: number, least: number): number;
  part(
    weights: number,
    blocks: number,
    low: number,
    high: number,
    places: number,
    found: number,
    most: number,
    out: number,
  ): number;
  cut(p: number, blocks: number, least: number): void;
  parseRecords(
    p: number,
    to: number,
    delimiter: number,
    blank: number,
    runs: number,
    runsEnd: number,
    values: number,
    texts: number,
    ends: number,
    most: number,
    powers: number,
    out: number,
  ): void;
}

/** kernels/assembly/drawRow.ts. */
interface RowKernels {
  rowPeak(p: number, blocks: number, maxima: number, coarser: number, numbers: number): void;
  rowAbove(
    p: number,
    blocks: number,
    maxima: number,
    coarser: number,
    most: number,
    to: number,
    room: number,
    numbers: number,
  ): number;
  rowWeigh(p: number, blocks: number, weights: number, sums: number, numbers: number): void;
  rowWeighLogs(p: number, blocks: number, logs: number, weights: number, sums: number, numbers: number): void;
  rowKeep(p: number, blocks: number, weights: number, sums: number, numbers: number): void;
  rowSpread(p: number, blocks: number, numbers: number): void;
  rowMassAbove(p: number, weights: number, blocks: number, numbers: number): void;
  rowMassNear(logs: number, weights: number, blocks: number, numbers: number): void;
  rowCountEqual(p: number, n: number, numbers: number): number;
  rowMark(p: number, blocks: number, to: number, numbers: number): number;
  rowBlockAt(sums: number, blocks: number, numbers: number): number;
}

interface Memory {
  buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface Arena {
  kernels: Kernels;
  memory: Memory;
  bytes: Uint8Array;
  ints: Int32Array;
  floats: Float32Array;
  doubles: Float64Array;
  /** Bytes from `DATA` on that are the user's. */
  capacity: number;
}

// The same places in every arena; what the module itself keeps lies below RESULT.
export const RESULT = 8192;
export const TILE = 8448;
export const WORK = 12288;
export const DATA = 262144;
/** Kernels read, and a tile of rows writes, a little beyond the end. */
const SLACK = 64;
const PAGE = 65536;

/** The part of the global `WebAssembly` that is used. It is declared here because not every set of library types has it. */
interface WebAssemblyLike {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number }) => Memory;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

let compiled: { api: WebAssemblyLike; module: object } | undefined | null;

/** The module, or null where there is no WebAssembly or no SIMD. */
function compile(): { api: WebAssemblyLike; module: object } | null {
  const api = (globalThis as { WebAssembly?: WebAssemblyLike }).WebAssembly;
  if (!api) return null;
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  try {
    return api.validate(bytes) ? { api, module: new api.Module(bytes) } : null;
  } catch {
    // A page's content security policy may forbid it.
    return null;
  }
}

export function hasWasm(): boolean {
  if (compiled === undefined) compiled = compile();
  return compiled !== null;
}

/** A new arena; undefined where there is no WebAssembly, or not that much memory. */
export function createArena(capacity: number): Arena | undefined {
  if (!hasWasm()) return undefined;
  const { api, module } = compiled!;
  const pages = Math.ceil((DATA + capacity + SLACK) / PAGE);
  if (pages > 65536) return undefined;
  try {
    const memory = new api.Memory({ initial: pages, maximum: pages });
    const { buffer } = memory;
    return {
      kernels: new api.Instance(module, { env: { memory } }).exports as Kernels,
      memory,
      bytes: new Uint8Array(buffer),
      ints: new Int32Array(buffer),
      floats: new Float32Array(buffer),
      doubles: new Float64Array(buffer),
      capacity,
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What callers hold: memory of an arena, or, where there is no WebAssembly, an ordinary buffer. */
const owned = new WeakMap<ArrayBufferLike, Arena | null>();

/** The arena in which an array lies, if it lies in one. */
export function arenaOf(values: Float32Array | Float64Array): Arena | undefined {
  return owned.get(values.buffer) ?? undefined;
}

/**
 * rows × classes zeros that the kernels work on where they are; any other Float32Array is copied for them, a piece at a time.
 * An ordinary array where there is no WebAssembly.
 */
export function alloc(rows: number, classes: number): Float32Array {
  const length = rows * classes;
  const arena = createArena(4 * length);
  const values = arena ? arena.floats.subarray(DATA / 4, DATA / 4 + length) : new Float32Array(length);
  owned.set(values.buffer, arena ?? null);
  return values;
}

/** Of the global scope; declared here for the reason given above. */
interface Transfer {
  structuredClone(value: unknown, options: { transfer: unknown[] }): unknown;
}

/** Lets go of what `alloc` gave: it and every view of it have length 0 from then on. False where `alloc` did not give it, or it is free already. */
export function free(values: Float32Array): boolean {
  const { buffer } = values;
  const arena = owned.get(buffer);
  if (arena === undefined) return false;
  owned.delete(buffer);
  // Growing by nothing detaches the buffer as growing does; so does handing it over.
  if (arena) arena.memory.grow(0);
  else (globalThis as unknown as Transfer).structuredClone(buffer, { transfer: [buffer] });
  return true;
}

/** The kernels' own arena, for arrays that lie elsewhere. */
let scratch: Arena | undefined;
const SCRATCH = 1 << 20;

/** The scratch arena with room for so many bytes of data; a larger one replaces it. */
export function scratchArena(bytes = 0): Arena | undefined {
  if (!scratch || scratch.capacity < bytes) {
    const larger = createArena(Math.max(SCRATCH, bytes));
    if (larger) scratch = larger;
    return larger;
  }
  return scratch;
}

/** An arena that was given back, for whoever borrows next. */
let idle: Arena | undefined;
/** Larger ones are let go. */
const LARGEST_IDLE = 1 << 25;

/** An arena that nobody else works in, with room for so many bytes of data; what lies in it is unspecified. */
export function borrowArena(bytes: number): Arena | undefined {
  const arena = idle;
  if (!arena || arena.capacity < bytes) return createArena(bytes);
  idle = undefined;
  return arena;
}

/** The end of a loan. */
export function giveBack(arena: Arena): void {
  if (arena.capacity <= LARGEST_IDLE && (!idle || idle.capacity < arena.capacity)) idle = arena;
}
