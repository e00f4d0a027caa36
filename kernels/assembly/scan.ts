import { firstLanes, hmax, hmaxSigned, hmaxUnsigned, lowerBound, NEGATIVE_INFINITY, POSITIVE_INFINITY } from "./lanes";

/** The largest score the last `scan` saw. */
export let highest: f32 = 0;
/** No score that it saw is smaller. Not always reached: where none is negative it is 0. */
export let lowest: f32 = 0;
/** False where it saw NaN or +Infinity. */
export let finite: bool = true;
/** Also false where it saw −Infinity only: a row that has no softmax. */
export let good: bool = true;

/**
 * Looks at n ≥ 1 floats.
 *
 * `pmax` is one instruction where `max` is five, but it drops NaN. The bits tell: as a signed integer +NaN is larger than all floats, as an
 * unsigned one −NaN is, and the largest unsigned one that is no NaN is the most negative float. Integers also leave the adders free.
 */
export function scan(p: usize, n: i32): void {
  let high = f32x4.splat(-Infinity);
  let signed = i32x4.splat(0);
  let unsigned = i32x4.splat(0);
  const end = p + ((<usize>n) << 2);
  const last = p + ((<usize>(n & ~15)) << 2);
  for (; p < last; p += 64) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    high = f32x4.pmax(high, f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)));
    signed = i32x4.max_s(signed, i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d)));
    unsigned = i32x4.max_u(unsigned, i32x4.max_u(i32x4.max_u(a, b), i32x4.max_u(c, d)));
  }
  for (; p < end; p += 16) {
    const left = <i32>((end - p) >> 2);
    const z = v128.load(p);
    const a = left < 4 ? v128.bitselect(z, v128.load32_splat(p), firstLanes(left)) : z;
    high = f32x4.pmax(high, a);
    signed = i32x4.max_s(signed, a);
    unsigned = i32x4.max_u(unsigned, a);
  }
  const bits = hmaxUnsigned(unsigned);
  highest = hmax(high);
  lowest = lowerBound(bits);
  finite = hmaxSigned(signed) < POSITIVE_INFINITY && bits <= NEGATIVE_INFINITY;
  good = finite && highest > -Infinity;
}

/**
 * The largest of n ≥ 1 floats; NaN where one is NaN or +Infinity. The larger of two by `pmax` is not below the second, unless one of them is NaN: half a
 * comparison a vector, which on many processors keeps other units busy than the maximum does.
 */
export function peakOf(p: usize, n: i32): f32 {
  let high = f32x4.splat(-Infinity);
  let valid = i32x4.splat(-1);
  const end = p + ((<usize>n) << 2);
  for (const last = p + ((<usize>(n & ~15)) << 2); p < last; p += 64) {
    const b = v128.load(p, 16);
    const d = v128.load(p, 48);
    const ab = f32x4.pmax(v128.load(p), b);
    const cd = f32x4.pmax(v128.load(p, 32), d);
    high = f32x4.pmax(high, f32x4.pmax(ab, cd));
    valid = v128.and(valid, v128.and(f32x4.ge(ab, b), f32x4.ge(cd, d)));
  }
  let most = hmax(high);
  let known = i32x4.all_true(valid);
  for (; p < end; p += 4) {
    const z = load<f32>(p);
    if (z > most) most = z;
    known = known && z == z;
  }
  return known && most < Infinity ? most : NaN;
}

/** Index of the first of n floats that equals `value`; −1 when none does. */
export function find(p: usize, n: i32, value: f32): i32 {
  const v = f32x4.splat(value);
  const start = p;
  const end = p + ((<usize>n) << 2);
  for (const last = p + ((<usize>(n & ~31)) << 2); p < last; p += 128) {
    const a = v128.or(f32x4.eq(v128.load(p), v), f32x4.eq(v128.load(p, 16), v));
    const b = v128.or(f32x4.eq(v128.load(p, 32), v), f32x4.eq(v128.load(p, 48), v));
    const c = v128.or(f32x4.eq(v128.load(p, 64), v), f32x4.eq(v128.load(p, 80), v));
    const d = v128.or(f32x4.eq(v128.load(p, 96), v), f32x4.eq(v128.load(p, 112), v));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) break;
  }
  for (; p < end; p += 16) {
    const hits = i32x4.bitmask(f32x4.eq(v128.load(p), v));
    if (hits) {
      const found = <i32>((p - start) >> 2) + ctz(hits);
      return found < n ? found : -1;
    }
  }
  return -1;
}
