import { decodeNumbers, numberTexts, type NumberType, sizeOf } from "./numbers.js";

/** Where decoded values go. */
export type Values = Float32Array | Float64Array | string[];

/** How a column's values lie in a page: numbers, text, or booleans of one bit. */
export type PhysicalType = NumberType | "text" | "bits";

/**
 * The encodings that are decoded here; hyparquet reads the rest.
 * Source: parquet-format, Encodings.md: Plain, Dictionary Encoding, Byte Stream Split.
 */
export const decodedEncodings: ReadonlySet<string> = new Set([
  "PLAIN",
  "PLAIN_DICTIONARY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
  "RLE",
  "BIT_PACKED",
]);

/** `count` values of a page into `out` from `at` on. Throws RangeError when the page is shorter than that. */
export function decodeValues(
  bytes: Uint8Array,
  encoding: string,
  type: PhysicalType,
  count: number,
  dictionary: Values | undefined,
  out: Values,
  at: number,
): void {
  if (encoding === "PLAIN") return decodePlain(bytes, type, count, out, at);
  if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY")
    return decodeDictionary(bytes, count, dictionary, out, at);
  if (encoding === "BYTE_STREAM_SPLIT" && type !== "text" && type !== "bits")
    return decodeSplit(bytes, type, count, out, at);
  if (encoding === "RLE" && type === "bits") {
    const bits = new Uint32Array(count);
    readHybrid(bytes.subarray(4), 1, bits);
    return putBits((i) => bits[i]!, count, out, at);
  }
  throw new RangeError(`values encoded as ${encoding}`);
}

function decodePlain(bytes: Uint8Array, type: PhysicalType, count: number, out: Values, at: number): void {
  if (type === "text") return decodeText(bytes, count, out as string[], at);
  if (type === "bits") {
    need(bytes, Math.ceil(count / 8));
    return putBits((i) => (bytes[i >> 3]! >> (i & 7)) & 1, count, out, at);
  }
  const size = sizeOf(type);
  need(bytes, count * size);
  const part = bytes.subarray(0, count * size);
  const same = (type === "f4" && out instanceof Float32Array) || (type === "f8" && out instanceof Float64Array);
  // Pages begin anywhere: copy bytes, because numbers cannot be viewed there.
  if (Array.isArray(out)) for (const text of numberTexts(part.slice(), type)) out[at++] = text;
  else if (same) new Uint8Array(out.buffer, out.byteOffset + at * size, part.length).set(part);
  else decodeNumbers(part.slice(), type, out, at);
}

function putBits(bit: (i: number) => number, count: number, out: Values, at: number): void {
  for (let i = 0; i < count; i++) out[at + i] = Array.isArray(out) ? String(bit(i) === 1) : bit(i);
}

function decodeText(bytes: Uint8Array, count: number, out: string[], at: number): void {
  const utf8 = new TextDecoder();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = start + 4 + view.getUint32(start, true);
    if (end > bytes.length) throw new RangeError("text that ends after its page");
    out[at + i] = utf8.decode(bytes.subarray(start + 4, end));
    start = end;
  }
}

function decodeSplit(bytes: Uint8Array, type: NumberType, count: number, out: Values, at: number): void {
  const size = sizeOf(type);
  need(bytes, count * size);
  const joined = new Uint8Array(count * size);
  for (let byte = 0; byte < size; byte++) {
    const stream = byte * count;
    for (let i = 0; i < count; i++) joined[i * size + byte] = bytes[stream + i]!;
  }
  decodePlain(joined, type, count, out, at);
}

let indices: Uint32Array = new Uint32Array(0);

function decodeDictionary(
  bytes: Uint8Array,
  count: number,
  dictionary: Values | undefined,
  out: Values,
  at: number,
): void {
  if (!dictionary) throw new RangeError("a page that needs a dictionary which is not there");
  if (indices.length < count) indices = new Uint32Array(count);
  const chosen = indices.subarray(0, count);
  const width = bytes[0]!;
  if (width === 0) chosen.fill(0);
  else readHybrid(bytes.subarray(1), width, chosen);
  const { length } = dictionary;
  let beyond = false;
  for (let i = 0; i < count; i++) {
    const index = chosen[i]!;
    if (index >= length) beyond = true;
    out[at + i] = dictionary[index]!;
  }
  if (beyond) throw new RangeError("an entry that is not in its dictionary");
}

/**
 * Fills `out` from runs of equal and of bit-packed numbers, `width` bits each.
 * Source: parquet-format, Encodings.md "Run Length Encoding / Bit-Packing Hybrid".
 */
export function readHybrid(bytes: Uint8Array, width: number, out: Uint32Array): void {
  if (width > 32) throw new RangeError(`numbers of ${width} bits`);
  const runs = new Runs(bytes, width);
  for (let filled = 0; filled < out.length; ) {
    const { count, packedAt, value } = runs.next(out.length - filled);
    if (packedAt < 0) out.fill(value, filled, filled + count);
    else unpackBits(bytes, packedAt, width, out, filled, count);
    filled += count;
  }
}

/** One run after another, without unpacking them. */
export class Runs {
  readonly #bytes: Uint8Array;
  readonly #width: number;
  #at = 0;

  constructor(bytes: Uint8Array, width: number) {
    this.#bytes = bytes;
    this.#width = width;
  }

  /** The next run, cut to `most` numbers: all equal to `value`, or bit-packed from byte `packedAt` on (−1 when equal). */
  next(most: number): { count: number; value: number; packedAt: number } {
    const header = this.#varInt();
    const packed = header % 2 === 1;
    const size = Math.floor(header / 2);
    const start = this.#at;
    const length = packed ? size * this.#width : (this.#width + 7) >> 3;
    const count = Math.min(packed ? size * 8 : size, most);
    // The last group of a page may be cut after the numbers that count.
    const needed = packed ? Math.ceil((count * this.#width) / 8) : length;
    if (count === 0 || start + needed > this.#bytes.length) throw new RangeError("runs that end too early");
    this.#at = start + length;
    if (packed) return { count, value: 0, packedAt: start };
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.#bytes[start + i]!;
    return { count, value, packedAt: -1 };
  }

  #varInt(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || shift > 2 ** 35) throw new RangeError("runs that end too early");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
}

/** Numbers of `width` bits, packed from byte `start` on. */
export function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  out: Uint32Array,
  at: number,
  count: number,
): void {
  if (width === 8) return out.set(bytes.subarray(start, start + count), at);
  if (width === 16) return out.set(new Uint16Array(bytes.slice(start, start + 2 * count).buffer), at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  const safeEnd = bytes.length - 5;
  for (let i = 0; i < count; i++) {
    const bit = (i & 7) * width;
    const byte = start + (i >> 3) * width + (bit >> 3);
    const shift = bit & 7;
    let value: number;
    if (byte <= safeEnd) {
      value = view.getUint32(byte, true) >>> shift;
      if (shift + width > 32) value |= bytes[byte + 4]! << (32 - shift);
    } else {
      value = 0;
      for (let k = 0; k < 5 && byte + k < bytes.length; k++)
        value |= k * 8 >= shift ? bytes[byte + k]! << (k * 8 - shift) : bytes[byte + k]! >>> (shift - k * 8);
    }
    out[at + i] = (value & mask) >>> 0;
  }
}

function need(bytes: Uint8Array, length: number): void {
  if (bytes.length < length) throw new RangeError(`${bytes.length} bytes where ${length} are needed`);
}
