// Which of a row's largest f64 scores hold some mass together, without sorting them: thresholds are tried on the sums of weights.
import { exp64 } from "./exp";

/** Scores in a block. */
const BLOCK: i32 = 64;

/** e^(z − peak) of `blocks` × 64 f64 scores to `weights`. Returns their sum. */
export function weighExactly(p: usize, blocks: i32, peak: f64, weights: usize): f64 {
  const m = f64x2.splat(peak);
  let sum = f64x2.splat(0);
  for (const end = p + (<usize>blocks << 9); p < end; p += 32, weights += 32) {
    const a = exp64(f64x2.sub(v128.load(p), m));
    const b = exp64(f64x2.sub(v128.load(p, 16), m));
    v128.store(weights, a);
    v128.store(weights, b, 16);
    sum = f64x2.add(sum, f64x2.add(a, b));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ of the weights of scores that are not below `least`, of each `step`-th block. */
export function massFrom(p: usize, weights: usize, blocks: i32, step: i32, least: f64): f64 {
  const from = f64x2.splat(least);
  let sum = f64x2.splat(0);
  const gap = <usize>(step - 1) << 9;
  for (let block = 0; block < blocks; block += step, p += gap, weights += gap) {
    let part = f64x2.splat(0);
    for (const end = p + 512; p < end; p += 32, weights += 32) {
      const a = v128.and(f64x2.ge(v128.load(p), from), v128.load(weights));
      const b = v128.and(f64x2.ge(v128.load(p, 16), from), v128.load(weights, 16));
      part = f64x2.add(part, f64x2.add(a, b));
    }
    sum = f64x2.add(sum, part);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * Parts a row at two scores, low < high: at `out` Σ of the weights and how many of the scores that are not below `high`, and to `ids` (i32), rising, those of the
 * others that are not below `low`. Returns how many these are, −1 where there are more than `most`.
 */
export function part(p: usize, weights: usize, blocks: i32, low: f64, high: f64, ids: usize, most: i32, out: usize): i32 {
  const lower = f64x2.splat(low);
  const upper = f64x2.splat(high);
  let sum = f64x2.splat(0);
  let above = i64x2.splat(0);
  let n = 0;
  for (let id = 0, last = blocks * BLOCK; id < last; id += 4, p += 32, weights += 32) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const overA = f64x2.ge(a, upper);
    const overB = f64x2.ge(b, upper);
    sum = f64x2.add(sum, f64x2.add(v128.and(overA, v128.load(weights)), v128.and(overB, v128.load(weights, 16))));
    above = i64x2.sub(i64x2.sub(above, overA), overB);
    const inA = v128.andnot(f64x2.ge(a, lower), overA);
    const inB = v128.andnot(f64x2.ge(b, lower), overB);
    let bits = i32x4.bitmask(v128.shuffle<i32>(inA, inB, 0, 2, 4, 6));
    for (; bits; bits &= bits - 1, n++) {
      if (n == most) return -1;
      store<i32>(ids + (<usize>n << 2), id + ctz(bits));
    }
  }
  store<f64>(out, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  store<f64>(out, <f64>(i64x2.extract_lane(above, 0) + i64x2.extract_lane(above, 1)), 8);
  return n;
}

/** Makes the scores below `least` −Infinity. */
export function cut(p: usize, blocks: i32, least: f64): void {
  const from = f64x2.splat(least);
  const masked = f64x2.splat(-Infinity);
  for (const end = p + (<usize>blocks << 9); p < end; p += 16) {
    const z = v128.load(p);
    v128.store(p, v128.bitselect(z, masked, f64x2.ge(z, from)));
  }
}
