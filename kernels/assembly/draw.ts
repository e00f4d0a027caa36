// What a token is drawn from. Everything here has one result, to the last bit, which src/kernels/drawReference.ts gives too: f32 and f64 operations in a
// stated order, no shortcut that depends on the hardware.
//
// The weight of a token is exp(z − max) with z − max in f64 and the exponential in f32; 64 tokens are a block; lane l of a block's sums adds the tokens
// l, l + 4, l + 8 … in f32, and the block is (lane 0 + lane 2) + (lane 1 + lane 3) in f64. Blocks are added in f64.
import { constant, exp2, SMALLEST } from "./exp";
import { high64, hsumInt, low64 } from "./lanes";

/** log2(e)/2 in f64: see exp.ts. */
const HALF_LOG2E: f64 = 0.7213475204444817;

/** Two f32 in f64: half a vector is loaded as fast as a whole one, and need not be moved. */
@inline function load64(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** Half the binary logarithms of four weights: (z·scale − peak)·log2(e)/2, rounded to f32 once. */
@inline function halfLog(p: usize, scale: v128, peak: v128, half: v128): v128 {
  const low = f64x2.mul(f64x2.sub(f64x2.mul(load64(p), scale), peak), half);
  const high = f64x2.mul(f64x2.sub(f64x2.mul(load64(p + 8), scale), peak), half);
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Σ of four lanes in the order that is stated above. */
@inline function blockSum(lanes: v128): f64 {
  const s = f64x2.add(low64(lanes), high64(lanes));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** With `kept` also logarithms and what they come to; with `cut` a least score. Both are constants where this is used. */
@inline function weighAll(
  p: usize, blocks: i32, scale: f64, peak: f64, least: f32, logs: usize, weights: usize, sums: usize, out: usize, cut: bool, kept: bool,
): f64 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const s = f64x2.splat(scale);
  const m = f64x2.splat(peak);
  const half = f64x2.splat(HALF_LOG2E);
  const floor = f32x4.splat(SMALLEST);
  const from = f32x4.splat(least);
  let total: f64 = 0;
  let weighted: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let lanes = f32x4.splat(0);
    let logLanes = f32x4.splat(0);
    for (const end = p + 256; p < end; p += 16, weights += 16) {
      const a = halfLog(p, s, m, half);
      let stays = f32x4.ge(a, floor);
      if (cut) stays = v128.and(stays, f32x4.ge(v128.load(p), from));
      // What is too small is masked out below, whatever comes of it.
      const x = kept ? f32x4.pmax(floor, a) : a;
      const w = v128.and(stays, exp2(x, round, c1, c2, c3, c4, one));
      v128.store(weights, w);
      lanes = f32x4.add(lanes, w);
      if (kept) {
        v128.store(logs, a);
        logs += 16;
        logLanes = f32x4.add(logLanes, f32x4.mul(w, x));
      }
    }
    const sum = blockSum(lanes);
    store<f64>(sums, sum);
    sums += 8;
    total += sum;
    if (kept) weighted += blockSum(logLanes);
  }
  if (kept) store<f64>(out, weighted);
  return total;
}

/** Weights of `blocks` × 64 scores to `weights`, a sum a block to `sums`; those of scores below `least` are 0. Returns the total. */
export function weigh(
  p: usize, blocks: i32, scale: f64, peak: f64, least: f32, weights: usize, sums: usize,
): f64 {
  if (least > -Infinity) return weighAll(p, blocks, scale, peak, least, 0, weights, sums, 0, true, false);
  return weighAll(p, blocks, scale, peak, least, 0, weights, sums, 0, false, false);
}

/** Also half the binary logarithms of the weights to `logs`, and at `out` Σ weight·log. */
export function weighLogs(
  p: usize, blocks: i32, scale: f64, peak: f64, logs: usize, weights: usize, sums: usize, out: usize,
): f64 {
  return weighAll(p, blocks, scale, peak, 0, logs, weights, sums, out, false, true);
}

/** Of weights that are there already, those of scores below `least` become 0, and the sums without them. Returns the total. */
export function keep(p: usize, blocks: i32, least: f32, weights: usize, sums: usize): f64 {
  const from = f32x4.splat(least);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++, sums += 8) {
    let lanes = f32x4.splat(0);
    for (const end = p + 256; p < end; p += 16, weights += 16) {
      const w = v128.and(f32x4.ge(v128.load(p), from), v128.load(weights));
      v128.store(weights, w);
      lanes = f32x4.add(lanes, w);
    }
    const sum = blockSum(lanes);
    store<f64>(sums, sum);
    total += sum;
  }
  return total;
}

/** Σ of the weights of the tokens whose score is above `score`. */
export function massAbove(p: usize, weights: usize, blocks: i32, score: f32): f64 {
  const limit = f32x4.splat(score);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let lanes = f32x4.splat(0);
    for (const end = p + 256; p < end; p += 32, weights += 32) {
      lanes = f32x4.add(lanes, v128.and(f32x4.gt(v128.load(p), limit), v128.load(weights)));
      lanes = f32x4.add(lanes, v128.and(f32x4.gt(v128.load(p, 16), limit), v128.load(weights, 16)));
    }
    total += blockSum(lanes);
  }
  return total;
}

/** Σ of the weights of the tokens whose logarithm is less than `distance` from `centre`. */
export function massNear(logs: usize, weights: usize, blocks: i32, centre: f32, distance: f32): f64 {
  const c = f32x4.splat(centre);
  const limit = f32x4.splat(distance);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let lanes = f32x4.splat(0);
    for (const end = logs + 256; logs < end; logs += 16, weights += 16) {
      lanes = f32x4.add(lanes, v128.and(f32x4.lt(f32x4.abs(f32x4.sub(v128.load(logs), c)), limit), v128.load(weights)));
    }
    total += blockSum(lanes);
  }
  return total;
}

/**
 * Of the finite scores their number, Σ d and Σ d², d = z·scale − highest·scale, to `out`: f64, in the lanes of a block and then by blocks. A masked score counts
 * as `highest`, whose d is 0.
 */
export function spread(p: usize, blocks: i32, scale: f64, highest: f32, out: usize): void {
  const s = f64x2.splat(scale);
  const m = f64x2.splat(<f64>highest * scale);
  const top = f32x4.splat(highest);
  const masked = f32x4.splat(-Infinity);
  let count: i64 = 0;
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let lanes = f64x2.splat(0);
    let squareLanes = f64x2.splat(0);
    let found = i32x4.splat(0);
    for (const end = p + 256; p < end; p += 16) {
      const given = v128.load(p);
      const stays = f32x4.gt(given, masked);
      let low = load64(p);
      let high = load64(p + 8);
      if (i32x4.bitmask(stays) < 15) {
        const z = v128.bitselect(given, top, stays);
        low = low64(z);
        high = high64(z);
      }
      const a = f64x2.sub(f64x2.mul(low, s), m);
      const b = f64x2.sub(f64x2.mul(high, s), m);
      lanes = f64x2.add(lanes, f64x2.add(a, b));
      squareLanes = f64x2.add(squareLanes, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
      found = i32x4.sub(found, stays);
    }
    count += <i64>hsumInt(found);
    sum += f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
    squares += f64x2.extract_lane(squareLanes, 0) + f64x2.extract_lane(squareLanes, 1);
  }
  store<f64>(out, <f64>count);
  store<f64>(out, sum, 8);
  store<f64>(out, squares, 16);
}

/** How many of n floats are `value`. */
export function countEqual(p: usize, n: i32, value: f32): i32 {
  const v = f32x4.splat(value);
  let found = i32x4.splat(0);
  const end = p + (<usize>n << 2);
  for (const last = p + (<usize>(n & ~3) << 2); p < last; p += 16) found = i32x4.sub(found, f32x4.eq(v128.load(p), v));
  let count = hsumInt(found);
  for (; p < end; p += 4) if (load<f32>(p) == value) count++;
  return count;
}

/** First block before whose end more than `target` has been summed; the last where there is none. At `out` what lies before it. */
export function blockAt(sums: usize, blocks: i32, target: f64, out: usize): i32 {
  let sum: f64 = 0;
  for (let block = 0; block < blocks - 1; block++) {
    const next = sum + load<f64>(sums + (<usize>block << 3));
    if (next > target) {
      store<f64>(out, sum);
      return block;
    }
    sum = next;
  }
  store<f64>(out, sum);
  return blocks - 1;
}
