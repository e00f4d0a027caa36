// From four lanes to one number, and what is needed where a row does not end with a full vector.

/** The bits of +Infinity as a signed integer: NaN without a sign and +Infinity are not below it. */
export const POSITIVE_INFINITY: i32 = 0x7f800000;
/** The bits of −Infinity as an unsigned integer: only NaN with a sign is above it. */
export const NEGATIVE_INFINITY: u32 = 0xff800000;

const LANES: usize = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0, 0]);

/** All bits set in the first `count` lanes, 0 ≤ count ≤ 4. */
@inline export function firstLanes(count: i32): v128 {
  return v128.load(LANES + (<usize>(4 - count) << 2));
}

@inline function halves(a: v128): v128 {
  return v128.shuffle<i32>(a, a, 2, 3, 0, 1);
}

@inline function pairs(a: v128): v128 {
  return v128.shuffle<i32>(a, a, 1, 0, 3, 2);
}

@inline export function hmax(a: v128): f32 {
  const b = f32x4.pmax(a, halves(a));
  return f32x4.extract_lane(f32x4.pmax(b, pairs(b)), 0);
}

@inline export function hmaxSigned(a: v128): i32 {
  const b = i32x4.max_s(a, halves(a));
  return i32x4.extract_lane(i32x4.max_s(b, pairs(b)), 0);
}

@inline export function hmaxUnsigned(a: v128): u32 {
  const b = i32x4.max_u(a, halves(a));
  return <u32>i32x4.extract_lane(i32x4.max_u(b, pairs(b)), 0);
}

@inline export function hsumInt(a: v128): i32 {
  const b = i32x4.add(a, halves(a));
  return i32x4.extract_lane(b, 0) + i32x4.extract_lane(b, 1);
}

/** Lanes 0 and 1 in f64. */
@inline export function low64(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}

/** Lanes 2 and 3 in f64. */
@inline export function high64(a: v128): v128 {
  return f64x2.promote_low_f32x4(halves(a));
}

/** Σ of the four lanes in f64. */
@inline export function hsum64(a: v128): f64 {
  const b = f64x2.add(low64(a), high64(a));
  return f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1);
}

/** A bound below all scores from the largest of their bits as unsigned integers: the most negative score, or 0. */
@inline export function lowerBound(bits: u32): f32 {
  return bits > 0x80000000 ? reinterpret<f32>(bits) : 0;
}

/** Stores the first 1 to 3 lanes. */
@inline export function storeFirst(p: usize, a: v128, count: i32): void {
  v128.store_lane<f32>(p, a, 0);
  if (count > 1) v128.store_lane<f32>(p, a, 1, 4);
  if (count > 2) v128.store_lane<f32>(p, a, 2, 8);
}
