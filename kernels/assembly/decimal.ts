// From decimal digits to the nearest f64, ties to even: D. Lemire, "Number parsing at a gigabyte per second" (2021), with the proof of
// N. Mushtak and D. Lemire, "Fast number parsing without fallback" (2023), that 128 bits of the power of five are always enough.

const SMALLEST_POWER: i32 = -342;
const LARGEST_POWER: i32 = 308;
const LOW: u64 = 0xffffffff;

/** The upper half of a·b. */
@inline function upper(a: u64, b: u64): u64 {
  const a0 = a & LOW;
  const a1 = a >> 32;
  const b0 = b & LOW;
  const b1 = b >> 32;
  const middle = a1 * b0 + ((a0 * b0) >> 32);
  const other = a0 * b1 + (middle & LOW);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/** w·10^q. `powers` has the upper and lower 64 bits of 5^q, its highest bit moved to the top, for q from −342 to 308. */
export function nearest(w: u64, q: i32, powers: usize): f64 {
  if (w == 0 || q < SMALLEST_POWER) return 0;
  if (q > LARGEST_POWER) return Infinity;
  const zeros = <i32>clz(w);
  w <<= zeros;
  const power = powers + (<usize>(q - SMALLEST_POWER) << 4);
  const five = load<u64>(power);
  let low = w * five;
  let high = upper(w, five);
  // Only where the nine bits that are rounded away are all ones can the rest of the power reach what is kept.
  if ((high & 0x1ff) == 0x1ff) {
    const more = upper(w, load<u64>(power, 8));
    low += more;
    if (more > low) high++;
  }
  const top = <i32>(high >> 63);
  const shift = top + 9;
  let mantissa = high >> shift;
  let exponent = ((217706 * q) >> 16) + 63 + top - zeros + 1023;
  if (exponent <= 0) {
    if (exponent <= -63) return 0;
    mantissa >>= 1 - exponent;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    // Rounded up to the smallest normal number, its bits already say so.
    return reinterpret<f64>(mantissa);
  }
  // Halfway between two numbers, exactly: to even.
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >= 9007199254740992) {
    mantissa = 4503599627370496;
    exponent++;
  }
  if (exponent >= 0x7ff) return Infinity;
  return reinterpret<f64>((mantissa & 4503599627370495) | (<u64>exponent << 52));
}

/** The bits of `nearest(w, -q, powers)`, sooner, for 0 < w and 0 ≤ q ≤ 32. */
@inline export function quotient(w: u64, q: i32, powers: usize): u64 {
  const zeros = <i32>clz(w);
  const a = w << zeros;
  const b = load<u64>(powers + (<usize>(-SMALLEST_POWER - q) << 4));
  const a1 = a >> 32;
  const b1 = b >> 32;
  // Of the upper half of a·b; what is left out, and the rest of the power, are less than 4.
  let high = a1 * b1 + ((a1 * (b & LOW)) >> 32) + (((a & LOW) * b1) >> 32);
  const top = <i32>(high >> 63);
  high <<= 1 - top;
  // So close to halfway between two numbers that it might decide.
  if (((high - 0x3f8) & 0x7ff) <= 8) return reinterpret<u64>(nearest(w, -q, powers));
  // The highest bit of the mantissa is carried into the exponent.
  return (((high >> 10) + 1) >> 1) + (<u64>(((-217706 * q) >> 16) + 63 + 1022 + top - zeros) << 52);
}

/**
 * The number whose digits, and perhaps a point among them, lie from p to `end`, times 10^q: any number of digits.
 * NaN where the first 19 do not decide, which is rare.
 */
export function manyDigits(p: usize, end: usize, q: i32, powers: usize): f64 {
  let w: u64 = 0;
  let taken = 0;
  let rest = false;
  let fraction = false;
  for (; p < end; p++) {
    const digit: u32 = <u32>load<u8>(p) - 48;
    if (digit > 9) {
      fraction = true;
      continue;
    }
    if (taken == 19) {
      if (digit) rest = true;
      if (!fraction) q++;
      continue;
    }
    w = w * 10 + digit;
    if (w) taken++;
    if (fraction) q--;
  }
  const value = nearest(w, q, powers);
  return rest && nearest(w + 1, q, powers) != value ? NaN : value;
}

/** Where the last `word` ended. */
export let wordEnd: usize = 0;

@inline function lower(p: usize): u32 {
  return <u32>load<u8>(p) | 32;
}

/** Infinity or NaN, in any of their usual spellings in any case; 0 where there is none. What follows the word is not looked at. */
export function word(p: usize, signed: bool): f64 {
  // Bytes are looked at one by one, in order: a line's end stops the look before what lies beyond it.
  const first = lower(p);
  if (first == 0x69 && lower(p + 1) == 0x6e && lower(p + 2) == 0x66) {
    wordEnd = p + 3;
    if (
      lower(p + 3) == 0x69 && lower(p + 4) == 0x6e && lower(p + 5) == 0x69 && lower(p + 6) == 0x74 && lower(p + 7) == 0x79
    ) wordEnd = p + 8;
    return Infinity;
  }
  if (first == 0x6e && lower(p + 1) == 0x61 && !signed) {
    wordEnd = lower(p + 2) == 0x6e ? p + 3 : p + 2;
    return NaN;
  }
  return 0;
}
