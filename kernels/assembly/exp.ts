// e^x as 2^n · (2^f)², four at a time.
//
// x·log2(e)/2 is rounded to halves by adding 1.5·2^22: what that takes away is f in [−¼, ¼], and the low bits of the sum are n, which a shift
// by 23 moves into the exponent. A polynomial of degree 4 gives 2^f (relative error 8.5e-8, squared 1.7e-7; exactly 1 for 0); one of degree 5
// on [−½, ½] would do without the square, but additions are what these loops wait for.
// Constants are loaded once, before a loop: V8 would make a splatted literal again at each use.

/** log2(e)/2: what a difference of scores is multiplied by before `exp2`. */
export const SCALE: f32 = 0.7213475204444817;
/** The smallest argument of `exp2`: half the exponent of the smallest normal number. */
export const SMALLEST: f32 = -63;

const CONSTANTS: usize = memory.data<f32>([
  6291456, 0.6931456403738264, 0.24022738069720254, 0.055606630786599706, 0.009609996633362684, 1, 0.7213475204444817, -63,
]);

/** 0: rounds to halves when added; 1 to 4: coefficients; 5: one; 6: `SCALE`; 7: `SMALLEST`. */
@inline export function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** 2^(2x) for −63 ≤ x ≤ 0, with `constant(0)` to `constant(5)`. What comes out for other x is unspecified. */
@inline export function exp2(x: v128, round: v128, c1: v128, c2: v128, c3: v128, c4: v128, one: v128): v128 {
  const t = f32x4.add(x, round);
  const f = f32x4.sub(x, f32x4.sub(t, round));
  const g = f32x4.mul(f, f);
  const high = f32x4.add(f32x4.mul(c4, g), f32x4.add(f32x4.mul(c3, f), c2));
  const low = f32x4.add(f32x4.mul(c1, f), one);
  const p = f32x4.add(f32x4.mul(high, g), low);
  return i32x4.add(f32x4.mul(p, p), i32x4.shl(t, 23));
}

const TAYLOR: usize = memory.data<f64>([
  2.48015873015873e-5, 1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 0.041666666666666664, 0.16666666666666666, 0.5, 1, 1,
]);

/** e^x of two f64 ≤ 0 (relative error 1e-9), down to where it becomes 0: the square of e^(x/2), which is never too small to be normal. */
export function exp64(x: v128): v128 {
  const half = f64x2.mul(f64x2.pmax(f64x2.splat(-800), x), f64x2.splat(0.5));
  const round = f64x2.splat(6755399441055744);
  const t = f64x2.add(f64x2.mul(half, f64x2.splat(1.4426950408889634)), round);
  const r = f64x2.sub(half, f64x2.mul(f64x2.sub(t, round), f64x2.splat(0.6931471805599453)));
  let p = v128.load64_splat(TAYLOR);
  for (let k: usize = 8; k <= 64; k += 8) p = f64x2.add(f64x2.mul(p, r), v128.load64_splat(TAYLOR + k));
  const e = i64x2.add(p, i64x2.shl(t, 52));
  return f64x2.mul(e, e);
}
