import { alikeNumbers, unitNumbers } from "./alikeNumbers";
import { quotient } from "./decimal";
import { ABOVE, BELOW, CONSTANTS, fours, last, matches, MINUS, SIGNED_POWERS } from "./digits";

// Numbers of digits, a point and a minus at most. Where fields end is found first, for many of them; then no number waits for the one before it, and the
// processor works on some at a time. G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second" (2019), find structure in the same way.

/** Bytes below which long numbers give way to short ones; a few less than those can take, so that they do not change with every number. */
const SHORT: i32 = 12;
/** Bytes of places of numbers that are written alike, from which on more of them are expected. */
const MANY: usize = 64;
const PAIR: usize = 8;
const MOST_APART: usize = 1024;
/** Bytes of places of numbers that are next taken one by one. */
let apart: usize = PAIR;
/** Where the parts of powers of ten are: so far beyond the start of the powers of five. */
const PARTS: usize = 12288;

/** Stores the place of the lowest bit, and clears it. */
@inline function place(p: usize, bits: u64, to: usize): u64 {
  store<u32>(to, <u32>p + <u32>ctz(bits));
  return bits & (bits - 1);
}

/** Places of a byte from p on to `out`, `most` of them where there are as many before `to`; returns where they end. Writes 288 bytes more at most. */
export function places(p: usize, to: usize, byte: u32, most: u32, out: usize): usize {
  const splat = i8x16.splat(<i8>byte);
  const full = out + (<usize>most << 2);
  for (; p < to && out < full; p += 64) {
    let bits = matches(p, splat) | (matches(p + 16, splat) << 16) | (matches(p + 32, splat) << 32) | (matches(p + 48, splat) << 48);
    const next = out + (<usize>popcnt(bits) << 2);
    // Four at a time, needed or not: a branch that is foreseen costs less than some that are not.
    do {
      bits = place(p, bits, out);
      bits = place(p, bits, out + 4);
      bits = place(p, bits, out + 8);
      bits = place(p, bits, out + 12);
      out += 16;
    } while (out < next);
    out = next;
  }
  return min(out, full);
}

/** The last `count` digits before `end` as bytes, zeros before them; what stands before the last `fraction` of them, a point, is left out. */
@inline function digits(end: usize, fraction: i32, count: i32, zero: v128): v128 {
  return v128.and(i8x16.sub(v128.bitselect(v128.load(end - 16), v128.load(end - 17), last(fraction)), zero), last(count));
}

/** Numbers of 15 bytes at most, two at a time: what they share, the processor does once. */
function shortNumbers(p: usize, at: usize, end: usize, value: usize): usize {
  const dot = v128.load(CONSTANTS);
  const zero = v128.load(CONSTANTS, 16);
  const above9 = v128.load(CONSTANTS, 32);
  const tens = v128.load(CONSTANTS, 48);
  const hundreds = v128.load(CONSTANTS, 64);
  const myriads = v128.load(CONSTANTS, 80);
  const million100 = v128.load(CONSTANTS, 96);
  for (; at + 4 < end; at += 8, value += 16) {
    const stop = <usize>load<u32>(at);
    const stop1 = <usize>load<u32>(at, 4);
    const length = <i32>(stop - p);
    const length1 = <i32>(stop1 - stop) - 1;
    const minus = <i32>(load<u8>(p) == MINUS);
    const minus1 = <i32>(load<u8>(stop, 1) == MINUS);
    const fraction = clz(<i32>matches(stop - 16, dot)) - 16;
    const fraction1 = clz(<i32>matches(stop1 - 16, dot)) - 16;
    // −1 where the point is in the number, 0 where it is before it.
    const point = (fraction - length) >> 31;
    const point1 = (fraction1 - length1) >> 31;
    const count = length - minus + point;
    const count1 = length1 - minus1 + point1;
    if (<u32>(length | length1 | (count - 1) | (count1 - 1)) > 15) break;
    const w = digits(stop, fraction, count, zero);
    const w1 = digits(stop1, fraction1, count1, zero);
    if (i8x16.bitmask(v128.or(i8x16.add_sat_u(w, above9), i8x16.add_sat_u(w1, above9)))) break;
    const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours(w, tens, hundreds), fours(w1, tens, hundreds)), myriads);
    const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 0, 2, 0, 2));
    const low = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 1, 3, 1, 3));
    const power = SIGNED_POWERS + (<usize>((fraction & point) + (minus << 4)) << 3);
    const power1 = SIGNED_POWERS + (<usize>((fraction1 & point1) + (minus1 << 4)) << 3);
    // Both sides are exact: one rounding.
    v128.store(value, f64x2.div(f64x2.add(f64x2.mul(high, million100), low), v128.load64_lane(power1, v128.load64_zero(power), 1)));
    p = stop1 + 1;
  }
  return at;
}

/** What a number begins with whose first digit is the 17th before its end or later, and is behind the point. */
const LEADING: u64 = 0x3030303030302e30;
/**
 * The digits before the last 16, as a number; more than 9 where they are not one digit, after zeros and a point at most. `size` is the length without a
 * sign.
 */
@inline function leading(start: usize, size: i32, fraction: i32): u64 {
  const count = size - 17 + ((16 - fraction) >>> 31);
  // No shift by 64: it would be one by 0.
  return rotl(((load<u64>(start) ^ LEADING) << (56 - ((count & ~(count >> 31)) << 3))) << 8, 8);
}

/**
 * Numbers of 6 to 21 bytes and 17 digits that count, two at a time. With H·10^8 + L for the digits, q of them behind the point, c₁ for the first 23 bits of
 * 10^(8 − q) and c₂ for what is left of it H·c₁ is exact, and much larger than H·c₂ + L·10^−q, whose relative error is less than 4·2^−53. Where that
 * matters, close to halfway between two numbers, integers decide.
 */
function middleNumbers(p: usize, at: usize, end: usize, value: usize, powers: usize): usize {
  const dot = v128.load(CONSTANTS);
  const zero = v128.load(CONSTANTS, 16);
  const above9 = v128.load(CONSTANTS, 32);
  const tens = v128.load(CONSTANTS, 48);
  const hundreds = v128.load(CONSTANTS, 64);
  const myriads = v128.load(CONSTANTS, 80);
  const above = f64x2.splat(ABOVE);
  const below = f64x2.splat(BELOW);
  const parts = powers + PARTS;
  for (; at + 4 < end; at += 8, value += 16) {
    const stop = <usize>load<u32>(at);
    const stop1 = <usize>load<u32>(at, 4);
    const minus = <i32>(load<u8>(p) == MINUS);
    const minus1 = <i32>(load<u8>(stop, 1) == MINUS);
    const start = p + minus;
    const start1 = stop + 1 + minus1;
    const size = <i32>(stop - start);
    const size1 = <i32>(stop1 - start1);
    const fraction = size - 1 - ctz(<i32>matches(start, dot));
    const fraction1 = size1 - 1 - ctz(<i32>matches(start1, dot));
    if (<u32>((size - 6) | (size1 - 6) | ((fraction | fraction1) >> 31)) > 15) break;
    const lead = leading(start, size, fraction);
    const lead1 = leading(start1, size1, fraction1);
    const w = digits(stop, fraction, size - 1, zero);
    const w1 = digits(stop1, fraction1, size1 - 1, zero);
    if (
      i32(lead > 9) | i32(lead1 > 9) | i32(size < SHORT && size1 < SHORT) |
      i8x16.bitmask(v128.or(i8x16.add_sat_u(w, above9), i8x16.add_sat_u(w1, above9)))
    ) break;
    const eights = i32x4.add(
      i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours(w, tens, hundreds), fours(w1, tens, hundreds)), myriads),
      i64x2.replace_lane(i64x2.splat(lead * 100000000), 1, lead1 * 100000000),
    );
    const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 0, 2, 0, 2));
    const low = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(eights, eights, 1, 3, 1, 3));
    const part = parts + (<usize>(fraction + (minus << 5)) << 5);
    const part1 = parts + (<usize>(fraction1 + (minus1 << 5)) << 5);
    const first = v128.load64_lane(part1, v128.load64_zero(part), 1);
    const second = v128.load64_lane(part1, v128.load64_zero(part, 8), 1, 8);
    const whole = v128.load64_lane(part1, v128.load64_zero(part, 16), 1, 16);
    const product = f64x2.mul(high, first);
    const rest = f64x2.add(f64x2.mul(high, second), f64x2.mul(low, whole));
    const least = f64x2.add(product, f64x2.mul(rest, below));
    const most = f64x2.add(product, f64x2.mul(rest, above));
    v128.store(value, least);
    if (v128.any_true(v128.xor(least, most))) {
      decide(value, i64x2.extract_lane(eights, 0), fraction, minus, powers);
      decide(value + 8, i64x2.extract_lane(eights, 1), fraction1, minus1, powers);
    }
    p = stop1 + 1;
  }
  return at;
}

/** What integers say: of two halves of a number's digits, the upper one below. */
function decide(value: usize, halves: u64, q: i32, minus: i32, powers: usize): void {
  const m = (halves & 0xffffffff) * 100000000 + (halves >> 32);
  if (m) store<u64>(value, quotient(m, q, powers) | (<u64>minus << 63));
}

/** Numbers of 32 bytes at most: digits as integers first, then what they are. */
function longNumbers(p: usize, at: usize, end: usize, value: usize, powers: usize, room: usize): usize {
  const dot = v128.load(CONSTANTS);
  const zero = v128.load(CONSTANTS, 16);
  const above9 = v128.load(CONSTANTS, 32);
  const tens = v128.load(CONSTANTS, 48);
  const hundreds = v128.load(CONSTANTS, 64);
  const myriads = v128.load(CONSTANTS, 80);
  let to = room;
  for (let integer = value; at < end; at += 4, to += 4, integer += 8) {
    const stop = <usize>load<u32>(at);
    const length = <i32>(stop - p);
    if (length > 32 || (length < SHORT && to > room)) break;
    const minus = <i32>(load<u8>(p) == MINUS);
    const fraction = <i32>clz((<u32>matches(stop - 16, dot) << 16) | <u32>matches(stop - 32, dot));
    const point = (fraction - length) >> 31;
    const count = length - minus + point;
    const upper = digits(stop - 16, fraction - 16, count - 16, zero);
    const lower = digits(stop, fraction, count, zero);
    if (count <= 0 || i8x16.bitmask(v128.or(i8x16.add_sat_u(upper, above9), i8x16.add_sat_u(lower, above9)))) break;
    const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours(upper, tens, hundreds), fours(lower, tens, hundreds)), myriads);
    const high = rotr(<u64>i64x2.extract_lane(eights, 0), 32);
    const low = <u64>i64x2.extract_lane(eights, 1);
    const m = high * 10000000000000000 + (low & 0xffffffff) * 100000000 + (low >> 32);
    if (high >= 1000 || m == 0) break;
    store<u64>(integer, m);
    store<u32>(to, (fraction & point) | (minus << 31));
    p = stop + 1;
  }
  for (let from = room; from < to; from += 4, value += 8) {
    const q = load<u32>(from);
    store<u64>(value, quotient(load<u64>(value), q & 63, powers) | ((<u64>q >> 31) << 63));
  }
  return at;
}

/**
 * The number at p and those between the places from `at` to `end`, to `value` on, up to the first that is anything but plain. Returns the place where
 * that one ends.
 */
export function plainNumbers(p: usize, at: usize, end: usize, value: usize, powers: usize, room: usize): usize {
  while (at < end) {
    let stop = alikeNumbers(p, at, end, value);
    if (stop == at) stop = unitNumbers(p, at, end, value);
    if (stop == at) {
      // One that differs from many does not mean that others will; but if they do, again and again, what is alike is tried less and less.
      const to = min(at + apart, end);
      apart = min(apart << 1, MOST_APART);
      stop = shortNumbers(p, at, to, value);
      if (stop == at) stop = middleNumbers(p, at, to, value, powers);
      if (stop == at) stop = longNumbers(p, at, to, value, powers, room);
      if (stop == at) break;
    } else if (stop - at > MANY) apart = PAIR;
    p = <usize>load<u32>(stop - 4) + 1;
    value += (stop - at) << 1;
    at = stop;
  }
  return at;
}
