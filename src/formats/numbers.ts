/** Number types of binary files, named as numpy names them; `bf2` is bfloat16. */
export type NumberType = "f2" | "bf2" | "f4" | "f8" | "i1" | "i2" | "i4" | "i8" | "u1" | "u2" | "u4" | "u8" | "b1";

/** Bytes a number takes. */
export function sizeOf(type: NumberType): number {
  return Number(type.at(-1));
}

export function isFloat(type: NumberType): boolean {
  return type === "f2" || type === "bf2" || type === "f4" || type === "f8";
}

/** True when every value of the type is a 32-bit float. */
export function fitsFloat32(type: NumberType): boolean {
  return type !== "f8" && type !== "i4" && type !== "u4" && type !== "i8" && type !== "u8";
}

/** Reverses the bytes of each number, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) {
    for (let a = start, b = start + size - 1; a < b; a++, b--) {
      const low = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = low;
    }
  }
}

/**
 * Little-endian numbers from bytes, written to `out` from `at` on. 64-bit integers beyond 2^53 are rounded to the nearest f64.
 * `bytes` must start at a multiple of 8 in its buffer.
 */
export function decodeNumbers(bytes: Uint8Array, type: NumberType, out: Float32Array | Float64Array, at = 0): void {
  const { buffer, byteOffset } = bytes;
  const count = Math.floor(bytes.length / sizeOf(type));
  switch (type) {
    case "f4":
      return out.set(new Float32Array(buffer, byteOffset, count), at);
    case "f8":
      return out.set(new Float64Array(buffer, byteOffset, count), at);
    case "i1":
      return out.set(new Int8Array(buffer, byteOffset, count), at);
    case "i2":
      return out.set(new Int16Array(buffer, byteOffset, count), at);
    case "i4":
      return out.set(new Int32Array(buffer, byteOffset, count), at);
    case "u1":
      return out.set(new Uint8Array(buffer, byteOffset, count), at);
    case "b1":
      for (let i = 0; i < count; i++) out[at + i] = bytes[i] === 0 ? 0 : 1;
      return;
    case "u2":
      return out.set(new Uint16Array(buffer, byteOffset, count), at);
    case "u4":
      return out.set(new Uint32Array(buffer, byteOffset, count), at);
    case "f2": {
      const table = halves();
      const bits = new Uint16Array(buffer, byteOffset, count);
      for (let i = 0; i < count; i++) out[at + i] = table[bits[i]!]!;
      return;
    }
    case "bf2": {
      const bits = new Uint16Array(buffer, byteOffset, count);
      const word = new Uint32Array(1);
      const float = new Float32Array(word.buffer);
      for (let i = 0; i < count; i++) {
        word[0] = bits[i]! << 16;
        out[at + i] = float[0]!;
      }
      return;
    }
    case "i8": {
      const words = new Int32Array(buffer, byteOffset, 2 * count);
      for (let i = 0; i < count; i++) out[at + i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
      return;
    }
    case "u8": {
      const words = new Uint32Array(buffer, byteOffset, 2 * count);
      for (let i = 0; i < count; i++) out[at + i] = words[2 * i + 1]! * 2 ** 32 + words[2 * i]!;
      return;
    }
  }
}

/** Little-endian numbers as text, 64-bit integers with all their digits: for ids and slices. Alignment as for `decodeNumbers`. */
export function numberTexts(bytes: Uint8Array, type: NumberType): string[] {
  const { buffer, byteOffset } = bytes;
  const count = Math.floor(bytes.length / sizeOf(type));
  if (type === "i8") return Array.from(new BigInt64Array(buffer, byteOffset, count), String);
  if (type === "u8") return Array.from(new BigUint64Array(buffer, byteOffset, count), String);
  const numbers = fitsFloat32(type) ? new Float32Array(count) : new Float64Array(count);
  decodeNumbers(bytes, type, numbers);
  return Array.from(numbers, String);
}

let halfTable: Float32Array | undefined;

/** All 65,536 half-precision numbers. */
function halves(): Float32Array {
  if (halfTable) return halfTable;
  halfTable = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) halfTable[bits] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) halfTable[bits] = sign * fraction * 2 ** -24;
    else halfTable[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return halfTable;
}
