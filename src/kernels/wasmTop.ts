// The k largest of a row: the kernels say which tiles of 64 scores can hold one of them, and only those are looked into here.
import { arenaOf, DATA, scratchArena, TILE as PADDED, WORK } from "./arena.js";
import type { Top } from "./topReference.js";
import { PIECE, type Pieces, piecesOf } from "./wasmRow.js";

/** Scores in a tile. */
const TILE = 64;
/** Bytes for each: the maxima of its groups, its share of the coarser ones, its number. */
const EACH = 16 + 1 + 4;

/** See topReference.ts, whose undefined is null here; undefined where it cannot be done here. */
export function topK(row: Float32Array, k: number): Top | null | undefined {
  const tiles = Math.ceil(row.length / TILE);
  const room = EACH * tiles + 64;
  const home = room <= DATA - WORK ? arenaOf(row) : undefined;
  const arena = home ?? scratchArena(4 * PIECE + room);
  const pieces = arena && piecesOf(row, home);
  if (!pieces) return undefined;
  const { kernels, ints } = arena;
  const maxima = home ? WORK : DATA + 4 * PIECE;
  const coarser = maxima + 16 * tiles;
  const numbers = groupMaxima(row, pieces, maxima, coarser);
  if (Number.isNaN(numbers)) return null;
  const coarse = (numbers - coarser) / 16;
  const least = k > 4 * tiles ? -Infinity : kernels.threshold(maxima, tiles, Math.max(1, k), coarser, coarse);
  const count = kernels.tilesFrom(maxima, tiles, least, numbers);
  const candidates = candidatesIn(row, ints.subarray(numbers / 4, numbers / 4 + count), least, Math.max(1, k));
  // There is always one, unless every class is masked.
  return candidates.length === 0 ? null : largest(row, candidates, k);
}

/** Writes the maxima of the groups of each tile, and the coarser ones; returns where those end, NaN where a score is NaN or +Infinity. */
function groupMaxima(row: Float32Array, { arena, at }: Pieces, maxima: number, coarser: number): number {
  const { kernels, floats } = arena;
  const whole = row.length - (row.length % TILE);
  let to = maxima;
  let coarse = coarser;
  const write = (p: number, tiles: number): boolean => {
    const highest = kernels.groupMaxima(p, tiles, to, coarse);
    to += 16 * tiles;
    coarse += 16 * Math.ceil(tiles / 16);
    return !Number.isNaN(highest);
  };
  for (let from = 0; from < whole; from += PIECE) {
    const count = Math.min(PIECE, whole - from);
    if (!write(at(from, count), count / TILE)) return NaN;
  }
  if (whole < row.length) {
    const p = PADDED / 4;
    floats.fill(-Infinity, p, p + TILE);
    floats.set(row.subarray(whole), p);
    if (!write(PADDED, 1)) return NaN;
  }
  return coarse;
}

/** Of four bits the only one that is set; −1 where that is not so. */
const LANE = [-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1];

/** Indices, rising, of the scores of these groups that are above `least`, and of the first k equal to it. */
function candidatesIn(row: Float32Array, tiles: Int32Array, least: number, k: number): number[] {
  const found: number[] = [];
  let equals = least === -Infinity ? k : 0;
  for (let i = 0; i < tiles.length; i++) {
    const lanes = tiles[i]! & 15;
    const start = TILE * (tiles[i]! >> 4);
    const end = Math.min(start + TILE, row.length);
    // Mostly one group of the four: lane l, l + 4, l + 8 …
    const alone = LANE[lanes]!;
    const step = alone < 0 ? 1 : 4;
    for (let j = start + Math.max(alone, 0); j < end; j += step) {
      const z = row[j]!;
      if (z > least) found.push(j);
      else if (z === least && equals < k) {
        found.push(j);
        equals++;
      }
    }
  }
  return found;
}

/** 2^21: candidates whose place fits beside the bits of their score into the 53 of a number. */
const PLACES = 2 ** 21;

/** So few numbers are sorted here before the built-in sort has begun. */
const FEW = 160;

function insertionSort(order: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const one = order[i]!;
    let j = i;
    for (; j > 0 && order[j - 1]! > one; j--) order[j] = order[j - 1]!;
    order[j] = one;
  }
}

/** The k largest of the candidates, whose indices rise. */
function largest(row: Float32Array, candidates: number[], k: number): Top | undefined {
  const count = candidates.length;
  if (count > PLACES) return undefined;
  // One number each, small where the score is large and then where the index is low, so that they sort without a function.
  const order = new Float64Array(count);
  const scores = new Float32Array(count);
  // Adding 0 makes −0 what it equals.
  for (let i = 0; i < count; i++) scores[i] = row[candidates[i]!]! + 0;
  const bits = new Int32Array(scores.buffer);
  for (let i = 0; i < count; i++) {
    const b = bits[i]!;
    order[i] = -(b ^ ((b >> 31) & 0x7fffffff)) * PLACES + i;
  }
  if (count > FEW) order.sort();
  else insertionSort(order);
  const length = Math.min(k, count);
  const indices = new Uint32Array(length);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const place = order[i]! - Math.floor(order[i]! / PLACES) * PLACES;
    const index = candidates[place]!;
    indices[i] = index;
    values[i] = row[index]!;
  }
  return { indices, values };
}
