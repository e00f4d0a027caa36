// Which of a row's largest f64 scores hold some mass together, without sorting them: thresholds are tried on the sums of weights.

/** Scores in a block. */
const BLOCK: i32 = 64;

/** 1, r, r² … of a polynomial that is e^r for |r| ≤ ln(2)/2 with a relative error of 4e-11. */
const POLYNOMIAL: usize = memory.data<f64>([
  0.9999999999616522, 1.0000000002432925, 0.5000000104598444, 0.16666665125211388, 0.04166622524996257, 0.008333561181519615,
  0.0013948195144718027, 0.00019775158354513523,
]);

@inline function coefficient(power: usize): v128 {
  return v128.load64_splat(POLYNOMIAL + (power << 3));
}

/** e^x of two f64 ≤ 0; 0 below −700. */
@inline function exp(x: v128): v128 {
  const round = f64x2.splat(6755399441055744);
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), round);
  const r = f64x2.sub(x, f64x2.mul(f64x2.sub(t, round), f64x2.splat(0.6931471805599453)));
  const r2 = f64x2.mul(r, r);
  const a = f64x2.add(coefficient(0), f64x2.mul(coefficient(1), r));
  const b = f64x2.add(coefficient(2), f64x2.mul(coefficient(3), r));
  const c = f64x2.add(coefficient(4), f64x2.mul(coefficient(5), r));
  const d = f64x2.add(coefficient(6), f64x2.mul(coefficient(7), r));
  const low = f64x2.add(a, f64x2.mul(b, r2));
  const p = f64x2.add(low, f64x2.mul(f64x2.add(c, f64x2.mul(d, r2)), f64x2.mul(r2, r2)));
  return v128.and(i64x2.add(p, i64x2.shl(t, 52)), f64x2.ge(x, f64x2.splat(-700)));
}

/** e^(z − peak) of `blocks` × 64 f64 scores to `weights`. Returns their sum. */
export function weighExactly(p: usize, blocks: i32, peak: f64, weights: usize): f64 {
  const m = f64x2.splat(peak);
  let sum = f64x2.splat(0);
  for (const end = p + (<usize>blocks << 9); p < end; p += 32, weights += 32) {
    const a = exp(f64x2.sub(v128.load(p), m));
    const b = exp(f64x2.sub(v128.load(p, 16), m));
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
