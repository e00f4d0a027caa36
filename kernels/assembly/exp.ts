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

/** Coefficients of 1, r, r² … of e^r for |r| ≤ ln(2)/2, with a relative error of 4e-11. */
const POLYNOMIAL: usize = memory.data<f64>([
  0.9999999999616522, 1.0000000002432925, 0.5000000104598444, 0.16666665125211388, 0.04166622524996257, 0.008333561181519615,
  0.0013948195144718027, 0.00019775158354513523,
]);

@inline function coefficient(power: usize): v128 {
  return v128.load64_splat(POLYNOMIAL + (power << 3));
}

/** e^x of two f64 ≤ 0 (relative error 1e-10), down to where it becomes 0: the square of e^(x/2), which is never too small to be normal. */
@inline export function exp64(x: v128): v128 {
  const half = f64x2.mul(f64x2.pmax(f64x2.splat(-800), x), f64x2.splat(0.5));
  const round = f64x2.splat(6755399441055744);
  const t = f64x2.add(f64x2.mul(half, f64x2.splat(1.4426950408889634)), round);
  const r = f64x2.sub(half, f64x2.mul(f64x2.sub(t, round), f64x2.splat(0.6931471805599453)));
  const r2 = f64x2.mul(r, r);
  // Halves that do not wait for one another.
  const a = f64x2.add(coefficient(0), f64x2.mul(coefficient(1), r));
  const b = f64x2.add(coefficient(2), f64x2.mul(coefficient(3), r));
  const c = f64x2.add(coefficient(4), f64x2.mul(coefficient(5), r));
  const d = f64x2.add(coefficient(6), f64x2.mul(coefficient(7), r));
  const low = f64x2.add(a, f64x2.mul(b, r2));
  const p = f64x2.add(low, f64x2.mul(f64x2.add(c, f64x2.mul(d, r2)), f64x2.mul(r2, r2)));
  const e = i64x2.add(p, i64x2.shl(t, 52));
  return f64x2.mul(e, e);
}
