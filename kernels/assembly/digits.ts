// What numbers are made of, sixteen bytes at a time.

export const MINUS: u32 = 45;
export const KEPT: usize = memory.data<u64>([0, 0, 0, 0, -1, -1, -1, -1, 0]);
// The point; "0"; what makes a byte above 9 one of 128 or more; weights of digits, pairs and fours; 1e8. Loaded they stay in registers: V8 makes a
// constant that is written in the code anew each time.
export const CONSTANTS: usize = memory.data<u64>([
  0x2e2e2e2e2e2e2e2e, 0x2e2e2e2e2e2e2e2e, 0x3030303030303030, 0x3030303030303030, 0x7676767676767676, 0x7676767676767676,
  0x0a010a010a010a01, 0x0a010a010a010a01, 0x0001006400010064, 0x0001006400010064, 0x0001271000012710, 0x0001271000012710,
  0x4197d78400000000, 0x4197d78400000000,
]);
export const SIGNED_POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  -1, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7, -1e8, -1e9, -1e10, -1e11, -1e12, -1e13, -1e14, -1e15,
]);

/** Twice the bound of the relative error of what is added to a leading product that is exact. */
export const ABOVE: f64 = 1.0000000000000009;
export const BELOW: f64 = 0.9999999999999991;

@inline export function matches(p: usize, splat: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(p), splat));
}

/** Ones in the last `count` of 16 bytes, −16 ≤ count ≤ 32. */
@inline export function last(count: i32): v128 {
  return v128.load(KEPT + 16 + <usize>count);
}

/** Each four digits as a number. */
@inline export function fours(digits: v128, tens: v128, hundreds: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(digits, tens), 8), hundreds);
}
