// The k largest scores of a row in order: those in the groups that can hold one, then ranked, few against each other and many by their digits.
import { hsumInt } from "./lanes";
import { COARSE, finer, floor, order, threshold } from "./top";

/** So many are ranked against each other. */
const FEW: i32 = 128;

/**
 * The k ≥ 1 largest of `tiles` × 64 scores, the largest first and equal ones by id; never a masked one. `maxima` and `coarser` as `groupMaxima` left them.
 * At `to` lie five pieces of which all but the last have `room` bytes, enough for all scores and a vector: ids (i32) and scores (f32), which are the result,
 * others to work with, and 8 KiB. Returns how many there are.
 */
export function best(p: usize, tiles: i32, maxima: usize, coarser: usize, k: i32, to: usize, room: usize): i32 {
  const all = tiles << 6;
  let least: f32 = -Infinity;
  let n = -1;
  if (k <= tiles << 2) {
    least = threshold(maxima, tiles, k, coarser, (tiles + COARSE - 1) / COARSE);
    n = gather(p, tiles, maxima, coarser, least, max(256, k << 3), to + 2 * room, room);
    if (n < 0) least = finer(maxima, tiles, k);
  }
  if (n < 0) n = gather(p, tiles, maxima, coarser, least, all, to + 2 * room, room);
  if (n > k + (k >> 1)) n = narrow(n, k, least, to + 2 * room, room);
  sort(n, to, room);
  return min(n, k);
}

/** All scores that are not below `least`, in that order; −1 where there are more than `most`. */
export function above(
  p: usize, tiles: i32, maxima: usize, coarser: usize, least: f32, most: i32, to: usize, room: usize,
): i32 {
  const n = gather(p, tiles, maxima, coarser, least, most, to + 2 * room, room);
  if (n > 0) sort(n, to, room);
  return n;
}

/** Ids, rising, of the finite scores that are not below `least`, and the scores; −1 where there are more than `most`. */
function gather(
  p: usize, tiles: i32, maxima: usize, coarser: usize, least: f32, most: i32, ids: usize, room: usize,
): i32 {
  const scores = ids + room;
  const v = f32x4.splat(max(least, -f32.MAX_VALUE));
  let n = 0;
  for (let first = 0; first < tiles; first += COARSE, coarser += 16) {
    if (!i32x4.bitmask(f32x4.ge(v128.load(coarser), v))) continue;
    for (let tile = first, end = min(tiles, first + COARSE); tile < end; tile++) {
      if (!i32x4.bitmask(f32x4.ge(v128.load(maxima + (<usize>tile << 4)), v))) continue;
      const q = p + (<usize>tile << 8);
      if (n + 64 > most && n + reached(q, v) > most) return -1;
      for (let part = 0; part < 64; part += 16) n = hits(q + (<usize>part << 2), v, (tile << 6) + part, n, ids, scores);
    }
  }
  return n;
}

/** Those of 16 scores, the first of which is that of `id`. */
@inline function hits(p: usize, v: v128, id: i32, n: i32, ids: usize, scores: usize): i32 {
  let bits = i8x16.bitmask(i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p), v), f32x4.ge(v128.load(p, 16), v)),
    i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p, 32), v), f32x4.ge(v128.load(p, 48), v)),
  ));
  for (; bits; bits &= bits - 1, n++) {
    const at = ctz(bits);
    store<i32>(ids + (<usize>n << 2), id + at);
    store<f32>(scores + (<usize>n << 2), load<f32>(p + (<usize>at << 2)));
  }
  return n;
}

/** How many of 64 scores are not below four times the same. */
function reached(p: usize, v: v128): i32 {
  let count = i32x4.splat(0);
  for (const end = p + 256; p < end; p += 16) count = i32x4.sub(count, f32x4.ge(v128.load(p), v));
  return hsumInt(count);
}

/** Keeps at least the k largest and, but for equals, few more. */
function narrow(n: i32, k: i32, lowest: f32, ids: usize, room: usize): i32 {
  const scores = ids + room;
  const least = floor(scores, padded(n, scores, lowest), k, k >> 3);
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const score = load<f32>(scores + (<usize>i << 2));
    store<f32>(scores + (<usize>kept << 2), score);
    store<i32>(ids + (<usize>kept << 2), load<i32>(ids + (<usize>i << 2)));
    kept += i32(score >= least);
  }
  return kept;
}

/** Fills the last vector; returns how many there are. */
function padded(n: i32, scores: usize, value: f32): i32 {
  v128.store(scores + (<usize>n << 2), f32x4.splat(value));
  return (n + 3) >> 2;
}

function sort(n: i32, to: usize, room: usize): void {
  const from = to + 2 * room;
  if (n <= FEW) rank(n, from, from + room, to, to + room);
  else byDigits(n, from, from + room, to, to + room, from + 2 * room);
}

/** The place of a score is the number of those above it; equal ones take the places after. */
function rank(n: i32, ids: usize, scores: usize, toIds: usize, toScores: usize): void {
  const end = scores + (<usize>padded(n, scores, -Infinity) << 4);
  for (let i = 0; i < n; i++) store<i32>(toIds + (<usize>i << 2), -1);
  for (let p = scores; p < end; p += 16, ids += 16) {
    const a = v128.load32_splat(p);
    const b = v128.load32_splat(p, 4);
    const c = v128.load32_splat(p, 8);
    const d = v128.load32_splat(p, 12);
    let overA = i32x4.splat(0);
    let overB = i32x4.splat(0);
    let overC = i32x4.splat(0);
    let overD = i32x4.splat(0);
    for (let q = scores; q < end; q += 16) {
      const z = v128.load(q);
      overA = i32x4.sub(overA, f32x4.gt(z, a));
      overB = i32x4.sub(overB, f32x4.gt(z, b));
      overC = i32x4.sub(overC, f32x4.gt(z, c));
      overD = i32x4.sub(overD, f32x4.gt(z, d));
    }
    put(hsumInt(overA), ids, p, toIds, toScores);
    const left = n - <i32>((p - scores) >> 2);
    if (left > 1) put(hsumInt(overB), ids + 4, p + 4, toIds, toScores);
    if (left > 2) put(hsumInt(overC), ids + 8, p + 8, toIds, toScores);
    if (left > 3) put(hsumInt(overD), ids + 12, p + 12, toIds, toScores);
  }
}

@inline function put(first: i32, id: usize, score: usize, toIds: usize, toScores: usize): void {
  let place = <usize>first << 2;
  while (load<i32>(toIds + place) >= 0) place += 4;
  store<i32>(toIds + place, load<i32>(id));
  store<f32>(toScores + place, load<f32>(score));
}

const DIGITS: i32 = 11;
const BINS: usize = 1 << DIGITS;

/** Radix sort, stable, three digits; the last pass ends at `to…`. */
function byDigits(n: i32, ids: usize, scores: usize, toIds: usize, toScores: usize, bins: usize): void {
  for (let shift = 0; shift < 3 * DIGITS; shift += DIGITS) {
    memory.fill(bins, 0, BINS << 2);
    for (let i = 0; i < n; i++) {
      const bin = bins + binOf(load<f32>(scores + (<usize>i << 2)), shift);
      store<i32>(bin, load<i32>(bin) + 1);
    }
    let before = 0;
    for (let bin = bins, end = bins + (BINS << 2); bin < end; bin += 4) {
      const count = load<i32>(bin);
      store<i32>(bin, before);
      before += count;
    }
    for (let i = 0; i < n; i++) {
      const score = load<f32>(scores + (<usize>i << 2));
      const bin = bins + binOf(score, shift);
      const place = <usize>load<i32>(bin) << 2;
      store<i32>(bin, load<i32>(bin) + 1);
      store<f32>(toScores + place, score);
      store<i32>(toIds + place, load<i32>(ids + (<usize>i << 2)));
    }
    const otherIds = ids;
    const otherScores = scores;
    ids = toIds;
    scores = toScores;
    toIds = otherIds;
    toScores = otherScores;
  }
}

/** How far the bin of a digit of a score lies from the first; larger scores have smaller digits, and −0 those of 0. */
@inline function binOf(score: f32, shift: i32): usize {
  const rising = <u32>order(score + 0) ^ 0x80000000;
  return <usize>((~rising >> shift) & (<u32>BINS - 1)) << 2;
}
