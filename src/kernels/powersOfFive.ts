/** The exponents of the powers of five from which every f64 can be made of a 64-bit integer. */
const smallest = -342;
const largest = 308;

let table: BigUint64Array | undefined;

/**
 * 5^q for q from −342 to 308, upper 64 bits before lower, shifted so that the highest bit is set: cut off where q ≥ 0, rounded up where q < 0,
 * as the method of Eisel and Lemire wants them.
 */
export function powersOfFive(): BigUint64Array {
  if (table) return table;
  table = new BigUint64Array(2 * (largest - smallest + 1));
  let power = 1n;
  for (let q = 0; q <= largest; q++, power *= 5n) put(table, q, atTop(power));
  power = 5n;
  for (let q = -1; q >= smallest; q--, power *= 5n) {
    const bits = BigInt(bitLength(power));
    // Both give 128 bits in the end; they are rounded up at different places, as in the published table.
    const shift = q >= -27 ? bits + 127n : 2n * bits + 128n;
    put(table, q, atTop((1n << shift) / power + 1n));
  }
  return table;
}

function bitLength(value: bigint): number {
  const text = value.toString(16);
  return 4 * text.length - Math.clz32(Number.parseInt(text[0]!, 16)) + 28;
}

/** The first 128 bits. */
function atTop(value: bigint): bigint {
  const over = BigInt(bitLength(value) - 128);
  return over > 0n ? value >> over : value << -over;
}

function put(into: BigUint64Array, q: number, value: bigint): void {
  const at = 2 * (q - smallest);
  into[at] = value >> 64n;
  into[at + 1] = value & 0xffffffffffffffffn;
}
