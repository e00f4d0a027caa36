// The same numbers as kernels/assembly/draw.ts, to the last bit: f32 operations are f64 ones rounded, which for one addition or multiplication is exact.

const f32 = Math.fround;
/** See kernels/assembly/exp.ts. */
const ROUND = 6291456;
const C1 = f32(0.6931456403738264);
const C2 = f32(0.24022738069720254);
const C3 = f32(0.055606630786599706);
const C4 = f32(0.009609996633362684);
const HALF_LOG2E = 0.7213475204444817;
/** Below it a weight is 0. */
export const SMALLEST = -63;
/** Tokens in a block. */
export const BLOCK = 64;

const value = new Float32Array(1);
const bits = new Int32Array(value.buffer);

/** Half the binary logarithm of the weight of a score that is `gap` ≤ 0 above the largest. */
export function halfLog(gap: number): number {
  return f32(gap * HALF_LOG2E);
}

/** Turns a gap, ≤ 0, into its weight: 2^(2a), a = halfLog(gap), in f32; 0 for a below −63. In place, because numbers that pass between functions are allocated. */
export function weighGap(gaps: Float64Array, i: number): void {
  const a = f32(gaps[i]! * HALF_LOG2E);
  if (!(a >= SMALLEST)) {
    gaps[i] = 0;
    return;
  }
  const t = f32(a + ROUND);
  const f = f32(a - f32(t - ROUND));
  const g = f32(f * f);
  const high = f32(f32(C4 * g) + f32(f32(C3 * f) + C2));
  const low = f32(f32(C1 * f) + 1);
  const p = f32(f32(high * g) + low);
  value[0] = t;
  const shift = bits[0]! << 23;
  value[0] = f32(p * p);
  bits[0] = (bits[0]! + shift) | 0;
  gaps[i] = value[0]!;
}
