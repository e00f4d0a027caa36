// Philox4x32-10 of four counters at a time, one to a lane: src/kernels/philox.ts says what it is.

/**
 * The four words of each of the counters (low, high, third, fourth), (low + 1, high, …) … under the key (first, second), one after another. `to` has room for
 * whole fours of counters.
 */
export function philox(
  low: u32,
  high: u32,
  third: u32,
  fourth: u32,
  first: u32,
  second: u32,
  counters: i32,
  to: usize,
): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  let base = (<u64>high << 32) | <u64>low;
  for (; counters > 0; counters -= 4, base += 4, to += 64) {
    const start = i32x4.splat(<i32>base);
    let c0 = i32x4.add(start, i32x4(0, 1, 2, 3));
    // A lane that has passed 2^32 carries: all bits set is −1.
    let c1 = i32x4.sub(i32x4.splat(<i32>(base >> 32)), i32x4.lt_u(c0, start));
    let c2 = i32x4.splat(third);
    let c3 = i32x4.splat(fourth);
    let k0 = first;
    let k1 = second;
    for (let round = 0; round < 10; round++) {
      const a = i64x2.extmul_low_i32x4_u(c0, m0);
      const b = i64x2.extmul_high_i32x4_u(c0, m0);
      const c = i64x2.extmul_low_i32x4_u(c2, m1);
      const d = i64x2.extmul_high_i32x4_u(c2, m1);
      c0 = v128.xor(v128.xor(v128.shuffle<i32>(c, d, 1, 3, 5, 7), c1), i32x4.splat(k0));
      c1 = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(v128.shuffle<i32>(a, b, 1, 3, 5, 7), c3), i32x4.splat(k1));
      c3 = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    const ab = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const ab2 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const cd2 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 16);
    v128.store(to, v128.shuffle<i64>(ab2, cd2, 0, 2), 32);
    v128.store(to, v128.shuffle<i64>(ab2, cd2, 1, 3), 48);
  }
}
