// Which of a row's largest scores hold some mass together, without sorting them: thresholds are tried on the sums of weights.
import { high64, low64 } from "./lanes";

/** Numbers in a block. */
const BLOCK: i32 = 64;

/** Of i/512 for i in [0, 512) half the power of 2, as bits, less i·2^43: that is what i adds to the exponent together with what lies above it. */
const STEPS: i64 = 512;
const POWERS: usize = memory.data(4096, 16);

function fillPowers(): void {
  if (load<i64>(POWERS)) return;
  let power: f64 = 0.5;
  for (let i: i64 = 0; i < STEPS; i++, power *= 1.0013547198921082)
    store<i64>(POWERS + (<usize>i << 3), reinterpret<i64>(power) - (i << 43));
}

/** e^x of two f64 ≤ 0 (relative error 1e-10), but not below e^−700: half a power of 2^(1/512) times (1 + r)² + 1. */
@inline function exp(x: v128): v128 {
  const one = f64x2.splat(1);
  const clipped = f64x2.pmax(f64x2.splat(-700), x);
  const round = f64x2.splat(6755399441055744);
  const t = f64x2.add(f64x2.mul(clipped, f64x2.splat(738.6612924958787)), round);
  const r = f64x2.sub(clipped, f64x2.mul(f64x2.sub(t, round), f64x2.splat(0.0013538030869843077)));
  const first = v128.load64_splat(POWERS + (<usize>(i32x4.extract_lane(t, 0) & 511) << 3));
  const both = v128.load_lane<i64>(POWERS + (<usize>(i32x4.extract_lane(t, 2) & 511) << 3), first, 1);
  const more = f64x2.add(r, one);
  return f64x2.mul(i64x2.add(both, i64x2.shl(t, 43)), f64x2.add(f64x2.mul(more, more), one));
}

/** e^(z − peak) of `blocks` × 64 f64 scores to `weights`. Returns their sum. */
export function weighExactly(p: usize, blocks: i32, peak: f64, weights: usize): f64 {
  fillPowers();
  const m = f64x2.splat(peak);
  let sum = f64x2.splat(0);
  for (const end = p + (<usize>blocks << 9); p < end; p += 32, weights += 32) {
    const a = exp(f64x2.sub(v128.load(p), m));
    const b = exp(f64x2.sub(v128.load(p, 16), m));
    v128.store(weights, a);
    v128.store(weights, b, 16);
    sum = f64x2.add(sum, f64x2.add(a, b));
  }
  return total(sum);
}

/** The same of f32 scores times `scale`: bit for bit. */
export function weighScaled(p: usize, blocks: i32, scale: f64, peak: f64, weights: usize): f64 {
  fillPowers();
  const s = f64x2.splat(scale);
  const m = f64x2.splat(peak);
  let sum = f64x2.splat(0);
  for (const end = p + (<usize>blocks << 8); p < end; p += 16, weights += 32) {
    const z = v128.load(p);
    const a = exp(f64x2.sub(f64x2.mul(low64(z), s), m));
    const b = exp(f64x2.sub(f64x2.mul(high64(z), s), m));
    v128.store(weights, a);
    v128.store(weights, b, 16);
    sum = f64x2.add(sum, f64x2.add(a, b));
  }
  return total(sum);
}

@inline function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Weights that are not below some, and 0 for the others. */
@inline function heavy(weights: v128, least: v128): v128 {
  return v128.and(f64x2.ge(weights, least), weights);
}

/** Σ of the weights that are not below `least`. */
export function massFrom(weights: usize, blocks: i32, least: f64): f64 {
  const from = f64x2.splat(least);
  let sum = f64x2.splat(0);
  // One addition waits for the one before it: as few as may be.
  for (const end = weights + (<usize>blocks << 9); weights < end; weights += 64) {
    const a = f64x2.add(heavy(v128.load(weights), from), heavy(v128.load(weights, 16), from));
    const b = f64x2.add(heavy(v128.load(weights, 32), from), heavy(v128.load(weights, 48), from));
    sum = f64x2.add(sum, f64x2.add(a, b));
  }
  return total(sum);
}

/**
 * Parts weights at two of them, low < high: at `out` Σ of those that are not below `high`, to `found` those of the others that are not below `low`, and to
 * `places` (i32), rising, where they lie. Returns how many these are, −1 where there are more than `most`.
 */
export function part(
  weights: usize, blocks: i32, low: f64, high: f64, places: usize, found: usize, most: i32, out: usize,
): i32 {
  const lower = f64x2.splat(low);
  const upper = f64x2.splat(high);
  let sum = f64x2.splat(0);
  let n = 0;
  for (let place = 0, last = blocks * BLOCK; place < last; place += 8, weights += 64) {
    const a = v128.load(weights);
    const b = v128.load(weights, 16);
    const c = v128.load(weights, 32);
    const d = v128.load(weights, 48);
    const more = f64x2.add(f64x2.add(heavy(a, upper), heavy(b, upper)), f64x2.add(heavy(c, upper), heavy(d, upper)));
    sum = f64x2.add(sum, more);
    let bits = i8x16.bitmask(i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(between(a, b, lower, upper), between(c, d, lower, upper)), i16x8.splat(0),
    ));
    for (; bits; bits &= bits - 1, n++) {
      if (n == most) return -1;
      const at = ctz(bits);
      store<i32>(places + (<usize>n << 2), place + at);
      store<f64>(found + (<usize>n << 3), load<f64>(weights + (<usize>at << 3)));
    }
  }
  store<f64>(out, total(sum));
  return n;
}

/** Of four weights which ones lie between two, in lanes of 32 bits. */
@inline function between(a: v128, b: v128, lower: v128, upper: v128): v128 {
  const inA = v128.and(f64x2.ge(a, lower), f64x2.lt(a, upper));
  const inB = v128.and(f64x2.ge(b, lower), f64x2.lt(b, upper));
  return v128.shuffle<i32>(inA, inB, 0, 2, 4, 6);
}

/** Makes the f64 scores below `least` −Infinity. */
export function cut(p: usize, blocks: i32, least: f64): void {
  const from = f64x2.splat(least);
  const masked = f64x2.splat(-Infinity);
  for (const end = p + (<usize>blocks << 9); p < end; p += 16) {
    const z = v128.load(p);
    v128.store(p, v128.bitselect(z, masked, f64x2.ge(z, from)));
  }
}

/** A bit for each f32 score, set where it is finite and not below `least`, the lowest bit first, to `to`. Returns how many are set. */
export function mark(p: usize, blocks: i32, least: f32, to: usize): i32 {
  const v = f32x4.splat(max(least, -f32.MAX_VALUE));
  let count: i64 = 0;
  for (const end = p + (<usize>blocks << 8); p < end; p += 256, to += 8) {
    const bits = bitsOf(p, v) | (bitsOf(p + 64, v) << 16) | (bitsOf(p + 128, v) << 32) | (bitsOf(p + 192, v) << 48);
    store<i64>(to, bits);
    count += popcnt(bits);
  }
  return <i32>count;
}

/** Of 16 scores. */
@inline function bitsOf(p: usize, v: v128): i64 {
  return <i64>i8x16.bitmask(i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p), v), f32x4.ge(v128.load(p, 16), v)),
    i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p, 32), v), f32x4.ge(v128.load(p, 48), v)),
  ));
}
