import { LogitsError } from "../core/index.js";
import type { Bytes } from "../formats/index.js";

export type GgufValue = number | bigint | boolean | string | GgufValue[];

export interface GgufTensor {
  name: string;
  /** Rows × columns: the fastest dimension last, the other way round than the file counts them. */
  shape: number[];
  /** F32, F16, Q4_1 …; "type 99" for one that is not known here. */
  type: string;
  /** First byte in the file. */
  start: number;
}

export interface GgufFile {
  version: number;
  metadata: ReadonlyMap<string, GgufValue>;
  tensors: GgufTensor[];
}

/** By number, as ggml counts them; the gaps are types that were removed. */
const tensorTypes: Readonly<Record<number, string>> = Object.fromEntries(
  [
    "F32 F16 Q4_0 Q4_1 - - Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S",
    "IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 - - - TQ1_0 TQ2_0 - - - MXFP4",
  ]
    .join(" ")
    .split(" ")
    .map((name, i) => [i, name]),
);

const decoder = new TextDecoder();

/** How much is read first; the vocabulary makes headers of megabytes, so it doubles as needed. */
const FIRST = 2 ** 20;

/**
 * The header of a GGUF file, versions 2 and 3: metadata and which tensors there are. The tensors themselves are not read.
 *
 * @throws "bad-data" for another file or one cut short; "unsupported" for version 1 and for big-endian files.
 */
export async function readGgufFile(bytes: Bytes): Promise<GgufFile> {
  for (let size = FIRST; ; size *= 4) {
    const all = size >= bytes.byteLength;
    const head = await bytes.slice(0, Math.min(size, bytes.byteLength));
    try {
      return parse(head, bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (all) throw damaged(bytes, `the header must end within its ${bytes.byteLength} bytes, got one that goes on`);
    }
  }
}

function parse(head: Uint8Array, bytes: Bytes): GgufFile {
  checkBeginning(head, bytes);
  const reader = new Reader(head, bytes);
  reader.text(4);
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    throw new LogitsError(
      "unsupported",
      `Cannot read ${bytes.name ?? "the file"}: the GGUF version must be 2 or 3, little-endian, got ${version < 2 ** 24 ? version : "a big-endian one"}`,
      { hint: "Convert the model again with a current llama.cpp." },
    );
  }
  const tensorCount = reader.count(1);
  const keys = reader.count(12);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keys; i++) metadata.set(reader.string(), reader.value(reader.u32()));
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = reader.string();
    const shape = Array.from({ length: reader.u32() }, () => Number(reader.u64())).toReversed();
    const type = reader.u32();
    return { name, shape, type: tensorTypes[type] ?? `type ${type}`, start: Number(reader.u64()) };
  });
  const alignment = Number(metadata.get("general.alignment") ?? 32);
  if (!(Number.isInteger(alignment) && alignment > 0))
    throw damaged(bytes, `its alignment must be an integer > 0, got ${metadata.get("general.alignment")}`);
  const data = Math.ceil(reader.at / alignment) * alignment;
  for (const tensor of tensors) tensor.start += data;
  return { version, metadata, tensors };
}

/** Magic, version and two counts. */
const BEGINNING = 24;

function checkBeginning(head: Uint8Array, bytes: Bytes): void {
  const magic = decoder.decode(head.subarray(0, 4));
  if (bytes.byteLength === 0) throw damaged(bytes, "it must begin with GGUF, got an empty file");
  if (!"GGUF".startsWith(magic)) {
    const start = head.subarray(0, 16);
    const isText = start.every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13));
    throw damaged(
      bytes,
      `it must begin with GGUF, got ${isText ? JSON.stringify(decoder.decode(start)) : hexOf(start.subarray(0, 4))}`,
      isText
        ? "It is text, perhaps a page or a pointer to the file: download the file itself."
        : "It is another file: is it the right one?",
    );
  }
  if (head.length < BEGINNING)
    throw damaged(
      bytes,
      `it must begin with GGUF and ${BEGINNING - 4} bytes more, got ${bytes.byteLength} bytes in all`,
      "It was cut short: download it again.",
    );
}

const hexOf = (some: Uint8Array): string => Array.from(some, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

function damaged(
  bytes: Bytes,
  what: string,
  hint = "It was cut short or is another file: download it again.",
): LogitsError {
  return new LogitsError("bad-data", `Cannot read ${bytes.name ?? "the file"}: ${what}`, { hint });
}

/** Reads on from `at`; a RangeError says that the header goes on after these bytes. */
class Reader {
  at = 0;
  private readonly view: DataView;
  private readonly head: Uint8Array;
  private readonly bytes: Bytes;

  constructor(head: Uint8Array, bytes: Bytes) {
    this.view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    this.head = head;
    this.bytes = bytes;
  }

  private step(size: number): number {
    const from = this.at;
    if (from + size > this.head.length) throw new RangeError("more");
    this.at += size;
    return from;
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.step(8), true);
  }

  /** A number of things of at least `size` bytes each: a false one must not reserve memory. */
  count(size: number): number {
    const count = Number(this.u64());
    if (count * size > this.bytes.byteLength)
      throw damaged(this.bytes, `its ${this.bytes.byteLength} bytes must hold what it lists, got ${count} entries`);
    return count;
  }

  text(length: number): string {
    const from = this.step(length);
    return decoder.decode(this.head.subarray(from, from + length));
  }

  string(): string {
    return this.text(this.count(1));
  }

  value(type: number): GgufValue {
    const { view } = this;
    switch (type) {
      case 0:
        return view.getUint8(this.step(1));
      case 1:
        return view.getInt8(this.step(1));
      case 2:
        return view.getUint16(this.step(2), true);
      case 3:
        return view.getInt16(this.step(2), true);
      case 4:
        return this.u32();
      case 5:
        return view.getInt32(this.step(4), true);
      case 6:
        return view.getFloat32(this.step(4), true);
      case 7:
        return view.getUint8(this.step(1)) !== 0;
      case 8:
        return this.string();
      case 9: {
        const item = this.u32();
        return Array.from({ length: this.count(1) }, () => this.value(item));
      }
      case 10:
        return this.u64();
      case 11:
        return view.getBigInt64(this.step(8), true);
      case 12:
        return view.getFloat64(this.step(8), true);
      default:
        throw damaged(this.bytes, `a metadata value must be of a type from 0 to 12, got ${type}`);
    }
  }
}
