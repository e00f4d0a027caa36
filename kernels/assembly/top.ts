// The k largest of a row without a look at most of it: the k-th largest of the maxima of groups is at most the k-th largest score, so that
// only groups whose maximum is not below it are looked into. A tile is 64 floats in 16 groups of 4 lanes: lane l of its maxima is that of l, l + 4, l + 8 …
import { hmax, hsumInt } from "./lanes";

/** Tiles to one vector of coarser maxima. */
export const COARSE: i32 = 16;
const WIDTH: usize = <usize>COARSE << 4;

/**
 * The largest of `tiles` × 64 floats; NaN where one is NaN or +Infinity. The maxima of the groups go to `to`, a vector a tile, and the maxima of COARSE tiles
 * each to `coarser`.
 */
export function groupMaxima(p: usize, tiles: i32, to: usize, coarser: usize): f32 {
  let valid = i32x4.splat(-1);
  let most = f32x4.splat(-Infinity);
  for (const end = to + ((<usize>tiles) << 4); to < end; coarser += 16) {
    let highest = f32x4.splat(-Infinity);
    for (const last = min(end, to + WIDTH); to < last; p += 256, to += 16) {
      let high = f32x4.splat(-Infinity);
      for (let q = p; q < p + 256; q += 64) {
        // See peakOf.
        const b = v128.load(q, 16);
        const d = v128.load(q, 48);
        const ab = f32x4.pmax(v128.load(q), b);
        const cd = f32x4.pmax(v128.load(q, 32), d);
        high = f32x4.pmax(high, f32x4.pmax(ab, cd));
        valid = v128.and(valid, v128.and(f32x4.ge(ab, b), f32x4.ge(cd, d)));
      }
      v128.store(to, high);
      highest = f32x4.pmax(highest, high);
    }
    v128.store(coarser, highest);
    most = f32x4.pmax(most, highest);
  }
  const peak = hmax(most);
  return i32x4.all_true(valid) && peak < Infinity ? peak : NaN;
}

/**
 * A score that at least k of the groups' maxima are not below, 1 ≤ k ≤ 4·tiles: of the `coarse` vectors of coarser ones where these are more than twice
 * as many as k, because then few scores that are not wanted come with it.
 */
export function threshold(maxima: usize, tiles: i32, k: i32, coarser: usize, coarse: i32): f32 {
  return coarse > k >> 1 ? floor(coarser, coarse, k, k >> 2) : finer(maxima, tiles, k);
}

/** The same of the maxima of the groups themselves: at most 1.5 k of them are not below it, but for equals. */
export function finer(maxima: usize, tiles: i32, k: i32): f32 {
  return floor(maxima, tiles, k, k >> 1);
}

/** A score that at least k of 4·vectors scores are not below and at most k + `more`, but for equals. */
export function floor(p: usize, vectors: i32, k: i32, more: i32): f32 {
  let high = f32x4.splat(-Infinity);
  let low = f32x4.splat(Infinity);
  for (let q = p, end = p + ((<usize>vectors) << 4); q < end; q += 16) {
    const a = v128.load(q);
    high = f32x4.pmax(high, a);
    low = f32x4.pmin(low, a);
  }
  // −max(−x) is the smallest.
  return reorder(bisect(p, vectors, k, k + more, order(-hmax(f32x4.neg(low))), order(hmax(high)) + 1));
}

/** Floats in the order of signed integers, −0 just below 0; and back. */
@inline export function order(value: f32): i32 {
  return flip(reinterpret<i32>(value));
}
@inline function reorder(bits: i32): f32 {
  return reinterpret<f32>(flip(bits));
}
@inline function flip(bits: i32): i32 {
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** The place in that order, from `low`, which at least k floats are not below, up to `high`, which fewer reach, of one that at most `most` reach, or of the k-th largest. */
function bisect(p: usize, vectors: i32, k: i32, most: i32, low: i32, high: i32): i32 {
  let reached = count(p, vectors, reorder(low));
  while (reached > most) {
    // Half of their sum, which may be too large for an integer.
    const middle = (low & high) + ((low ^ high) >> 1);
    if (middle == low) break;
    const there = count(p, vectors, reorder(middle));
    if (there < k) high = middle;
    else {
      low = middle;
      reached = there;
    }
  }
  return low;
}

/** How many floats are not below `value`. */
function count(p: usize, vectors: i32, value: f32): i32 {
  const v = f32x4.splat(value);
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  const end = p + ((<usize>vectors) << 4);
  const last = p + ((<usize>(vectors & ~3)) << 4);
  for (; p < last; p += 64) {
    a = i32x4.sub(i32x4.sub(a, f32x4.ge(v128.load(p), v)), f32x4.ge(v128.load(p, 16), v));
    b = i32x4.sub(i32x4.sub(b, f32x4.ge(v128.load(p, 32), v)), f32x4.ge(v128.load(p, 48), v));
  }
  for (; p < end; p += 16) a = i32x4.sub(a, f32x4.ge(v128.load(p), v));
  return hsumInt(i32x4.add(a, b));
}

/** Of each tile with a score that is not below `least` 16 times its number (i32), and a bit for each such group, to `to`; returns how many there are. */
export function tilesFrom(maxima: usize, tiles: i32, least: f32, to: usize): i32 {
  const v = f32x4.splat(least);
  const start = to;
  for (let i = 0; i < tiles; i++) {
    const groups = i32x4.bitmask(f32x4.ge(v128.load(maxima + ((<usize>i) << 4)), v));
    if (groups) {
      store<i32>(to, (i << 4) | groups);
      to += 4;
    }
  }
  return <i32>((to - start) >> 2);
}
