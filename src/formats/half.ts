const wide = new Float32Array(1);
const bits = new Uint32Array(wide.buffer);

/**
 * The nearest half-precision numbers, ties to even, as their bits. Beyond ±65,504 they are infinite.
 *
 * Source: IEEE 754, binary16.
 */
export function toHalf(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from({ length: values.length }, (_, i) => halfOf(values[i]!));
}

function halfOf(value: number): number {
  wide[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal half: a whole number of 2^−24, which adding 2^−1·… rounds to even.
  if (magnitude < 0x38800000) {
    wide[0] = Math.abs(value) * 2 ** 24;
    const whole = Math.floor(wide[0]);
    const rest = wide[0] - whole;
    return sign | (whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0));
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
