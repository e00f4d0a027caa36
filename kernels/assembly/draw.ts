// What a token is drawn from. Everything here has one result, to the last bit, which src/kernels/drawReference.ts gives too: f32 and f64 operations in a
// stated order, no shortcut that depends on the hardware.
//
// The weight of a token is exp(z − max) with z − max in f64 and the exponential in f32; 64 tokens are a block; lane l of a block's sums adds the tokens
// l, l + 4, l + 8 … in f64, and the block is (lane 0 + lane 2) + (lane 1 + lane 3).
import { constant, exp2, SMALLEST } from "./exp";
import { high64, hsumInt, low64 } from "./lanes";

/** log2(e)/2 in f64: see exp.ts. */
const HALF_LOG2E: f64 = 0.7213475204444817;

/** Half the binary logarithms of four weights: (z·scale − peak)·log2(e)/2, rounded to f32 once. */
@inline function halfLog(z: v128, scale: v128, peak: v128, half: v128): v128 {
  const low = f64x2.mul(f64x2.sub(f64x2.mul(low64(z), scale), peak), half);
  const high = f64x2.mul(f64x2.sub(f64x2.mul(high64(z), scale), peak), half);
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Σ of the lanes of two pairs of f64 in the order that is stated above. */
@inline function blockSum(low: v128, high: v128): f64 {
  const s = f64x2.add(low, high);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/**
 * Weights of `blocks` × 64 scores to `weights`, half their binary logarithms to `logs`, a sum a block to `sums`; those of scores below `least`
 * are 0. Returns the total, and at `out` Σ weight·log.
 */
export function weigh(
  p: usize, blocks: i32, scale: f64, peak: f64, least: f32, logs: usize, weights: usize, sums: usize, out: usize,
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
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let lowLog = f64x2.splat(0);
    let highLog = f64x2.splat(0);
    for (const end = p + 256; p < end; p += 16, logs += 16, weights += 16) {
      const z = v128.load(p);
      const a = halfLog(z, s, m, half);
      const stays = v128.and(f32x4.ge(a, floor), f32x4.ge(z, from));
      const x = f32x4.pmax(floor, a);
      const w = v128.and(stays, exp2(x, round, c1, c2, c3, c4, one));
      v128.store(logs, a);
      v128.store(weights, w);
      low = f64x2.add(low, low64(w));
      high = f64x2.add(high, high64(w));
      const wx = f32x4.mul(w, x);
      lowLog = f64x2.add(lowLog, low64(wx));
      highLog = f64x2.add(highLog, high64(wx));
    }
    const sum = blockSum(low, high);
    store<f64>(sums, sum);
    sums += 8;
    total += sum;
    weighted += blockSum(lowLog, highLog);
  }
  store<f64>(out, weighted);
  return total;
}

/** Σ of the weights of the tokens whose score is above `score`. */
export function massAbove(p: usize, weights: usize, blocks: i32, score: f32): f64 {
  const limit = f32x4.splat(score);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (const end = p + 256; p < end; p += 16, weights += 16) {
      const w = v128.and(f32x4.gt(v128.load(p), limit), v128.load(weights));
      low = f64x2.add(low, low64(w));
      high = f64x2.add(high, high64(w));
    }
    total += blockSum(low, high);
  }
  return total;
}

/** Σ of the weights of the tokens whose logarithm is less than `distance` from `centre`. */
export function massNear(logs: usize, weights: usize, blocks: i32, centre: f32, distance: f32): f64 {
  const c = f32x4.splat(centre);
  const limit = f32x4.splat(distance);
  let total: f64 = 0;
  for (let block = 0; block < blocks; block++) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (const end = logs + 256; logs < end; logs += 16, weights += 16) {
      const w = v128.and(f32x4.lt(f32x4.abs(f32x4.sub(v128.load(logs), c)), limit), v128.load(weights));
      low = f64x2.add(low, low64(w));
      high = f64x2.add(high, high64(w));
    }
    total += blockSum(low, high);
  }
  return total;
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
