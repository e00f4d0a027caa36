import { ABOVE, BELOW, CONSTANTS, fours, KEPT, last, matches, MINUS, SIGNED_POWERS } from "./digits";

// Numbers that one program has written have their points in one place. Then nobody looks for it: the point is taken for a digit 0 that has no weight.

/**
 * For a place of the point: what digits and the point are compared with, what makes any other byte one of 128 or more, and the weights of digits, pairs
 * and fours.
 */
const SHAPE: usize = memory.data(80, 16);
let shaped: i32 = -1;

const POINT: u32 = 46;
const SIGNS: usize = memory.data<u64>([0, 0x8000000000000000]);
/** 1e-6: its first 29 bits, and what is left of it. */
const MILLIONTH: f64 = 9.999999974752427e-7;
const REST: f64 = 2.5247572921216486e-15;

/** Makes the shape of 16 bytes with `after` digits behind the point, 1 to 14. */
function shape(after: i32): void {
  if (after == shaped) return;
  shaped = after;
  const point = 15 - after;
  memory.copy(SHAPE, CONSTANTS + 16, 80);
  store<u8>(SHAPE + point, <u8>POINT);
  store<u8>(SHAPE + point, 0x7f, 16);
  // A pair with a point is one digit, and what stands before it has a tenth of its weight.
  if (point & 1) store<u16>(SHAPE + (point & ~1), 0x0100, 32);
  if (point & 2) store<u16>(SHAPE + (point & ~3), 10, 48);
  if (point & 4) {
    store<u16>(SHAPE + ((point & 8) >> 1), 1000, 64);
    store<u16>(SHAPE + ((point & 8) >> 1), 1000, 72);
  }
}

/** Numbers of 16 bytes at most with as many digits after the point as the first has, two at a time. */
export function alikeNumbers(p: usize, at: usize, end: usize, value: usize): usize {
  const first = <usize>load<u32>(at);
  const after = clz(<i32>matches(first - 16, v128.load(CONSTANTS))) - 16;
  if (<u32>(after - 1) > 13) return at;
  // Two may have it there by chance, but not four.
  const few = min(at + 16, end);
  for (let next = at + 4; next < few; next += 4) if (load<u8>(<usize>load<u32>(next) - after - 1) != POINT) return at;
  shape(after);
  const template = v128.load(SHAPE);
  const above9 = v128.load(SHAPE, 16);
  const tens = v128.load(SHAPE, 32);
  const hundreds = v128.load(SHAPE, 48);
  const myriads = v128.load(SHAPE, 64);
  const scale = f64x2.splat(after < 8 ? 1e7 : 1e8);
  const power = SIGNED_POWERS + (<usize>after << 3);
  const least = after + 1;
  const most = <u32>(15 - after);
  for (; at + 4 < end; at += 8, value += 16) {
    const stop = <usize>load<u32>(at);
    const stop1 = <usize>load<u32>(at, 4);
    const minus = <i32>(load<u8>(p) == MINUS);
    const minus1 = <i32>(load<u8>(stop, 1) == MINUS);
    const size = <i32>(stop - p) - minus;
    const size1 = <i32>(stop1 - stop) - 1 - minus1;
    if (<u32>((size - least) | (size1 - least)) > most) break;
    const w = v128.and(v128.xor(v128.load(stop - 16), template), last(size));
    const w1 = v128.and(v128.xor(v128.load(stop1 - 16), template), last(size1));
    if (i8x16.bitmask(i8x16.add_sat_u(i8x16.max_u(w, w1), above9))) break;
    const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours(w, tens, hundreds), fours(w1, tens, hundreds)), myriads);
    const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 0, 2, 0, 2));
    const low = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 1, 3, 1, 3));
    // Both sides are exact: one rounding.
    const divisor = v128.load64_lane(power + (<usize>minus1 << 7), v128.load64_zero(power + (<usize>minus << 7)), 1);
    v128.store(value, f64x2.div(f64x2.add(f64x2.mul(high, scale), low), divisor));
    p = stop1 + 1;
  }
  return at;
}

/**
 * Numbers of one digit, a point and 14 to 21 more digits, two at a time. Of the first 7 digits as a whole number the product with the first 29 bits of
 * 1e-6 is exact, and much larger than all that is added to it, whose relative error is less than 5·2^−53. Where that matters, close to halfway between
 * two numbers, this ends.
 */
export function unitNumbers(p: usize, at: usize, end: usize, value: usize): usize {
  if (<i32>(<usize>load<u32>(at) - p) < 16) return at;
  shape(14);
  const zero = v128.load(CONSTANTS, 16);
  const template = v128.load(SHAPE);
  const above9 = v128.load(SHAPE, 16);
  const anyAbove9 = v128.load(CONSTANTS, 32);
  const tens = v128.load(SHAPE, 32);
  const anyTens = v128.load(CONSTANTS, 48);
  const hundreds = v128.load(CONSTANTS, 64);
  const myriads = v128.load(CONSTANTS, 80);
  const millionth = f64x2.splat(MILLIONTH);
  const rest = f64x2.splat(REST);
  const ninth = f64x2.splat(1e-14);
  const last8 = f64x2.splat(1e-22);
  const above = f64x2.splat(ABOVE);
  const below = f64x2.splat(BELOW);
  for (; at + 4 < end; at += 8, value += 16) {
    const stop = <usize>load<u32>(at);
    const stop1 = <usize>load<u32>(at, 4);
    const minus = <usize>(load<u8>(p) == MINUS);
    const minus1 = <usize>(load<u8>(stop, 1) == MINUS);
    const start = p + minus;
    const start1 = stop + 1 + minus1;
    const more = stop - start - 16;
    const more1 = stop1 - start1 - 16;
    if ((more | more1) > 7) break;
    const w = v128.xor(v128.load(start), template);
    const w1 = v128.xor(v128.load(start1), template);
    const x = v128.and(
      v128.xor(v128.load64_lane(start1, v128.load64_zero(start, 16), 1, 16), zero),
      v128.load64_lane(KEPT + 64 - more1, v128.load64_zero(KEPT + 64 - more), 1),
    );
    if (i8x16.bitmask(v128.or(i8x16.add_sat_u(i8x16.max_u(w, w1), above9), i8x16.add_sat_u(x, anyAbove9)))) break;
    const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours(w, tens, hundreds), fours(w1, tens, hundreds)), myriads);
    const four = fours(x, anyTens, hundreds);
    const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 0, 2, 0, 2));
    const low = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 1, 3, 1, 3));
    const end8 = f64x2.convert_low_i32x4_s(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(four, four), myriads));
    const product = f64x2.mul(high, millionth);
    const added = f64x2.add(f64x2.mul(high, rest), f64x2.add(f64x2.mul(low, ninth), f64x2.mul(end8, last8)));
    const least = f64x2.add(product, f64x2.mul(added, below));
    if (v128.any_true(v128.xor(least, f64x2.add(product, f64x2.mul(added, above))))) break;
    const sign = v128.load64_lane(SIGNS + (minus1 << 3), v128.load64_zero(SIGNS + (minus << 3)), 1);
    v128.store(value, v128.or(least, sign));
    p = stop1 + 1;
  }
  return at;
}
