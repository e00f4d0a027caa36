import { readInto } from "./bytes.js";
import { decodeValues, type PhysicalType, type Values } from "./parquetDecode.js";
import type { PageHead, ParquetLibrary } from "./parquetLibrary.js";
import type { Bytes } from "./table.js";

/** A stretch of a file in a reused buffer: neighbouring column chunks are read together. */
export class ByteWindow {
  readonly #bytes: Bytes;
  readonly #ahead: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #length = 0;

  constructor(bytes: Bytes, ahead: number) {
    this.#bytes = bytes;
    this.#ahead = ahead;
  }

  /** `length` bytes from `start` on (fewer at the end of the file), valid until the next call. */
  async at(start: number, length: number): Promise<Uint8Array> {
    const end = Math.min(start + length, this.#bytes.byteLength);
    if (start < this.#start || end > this.#start + this.#length) {
      const size = Math.min(Math.max(length, this.#ahead), this.#bytes.byteLength - start);
      if (size < 0) throw new RangeError("a page beyond the end of the file");
      if (this.#buffer.length < size) this.#buffer = new Uint8Array(size);
      this.#length = 0;
      await readInto(this.#bytes, start, this.#buffer.subarray(0, size));
      this.#start = start;
      this.#length = size;
    }
    return this.#buffer.subarray(start - this.#start, end - this.#start);
  }
}

/** A data page taken apart: its levels, and its values still encoded. All are valid until the next page is asked for. */
export interface DataPage {
  count: number;
  encoding: string;
  repetition: Uint8Array;
  definition: Uint8Array;
  values: Uint8Array;
}

export interface Chunk {
  start: number;
  end: number;
  codec: string;
  type: PhysicalType;
  hasRepetition: boolean;
  hasDefinition: boolean;
}

/** The data pages of one column chunk. Source: parquet-format, README "Data Pages". */
export class ChunkPages {
  readonly #window: ByteWindow;
  readonly #library: ParquetLibrary;
  readonly #chunk: Chunk;
  readonly #values: (count: number) => Values;
  #at: number;
  dictionary: Values | undefined;

  /** `values` makes an array of the kind that the column's values go into. */
  constructor(window: ByteWindow, library: ParquetLibrary, chunk: Chunk, values: (count: number) => Values) {
    this.#window = window;
    this.#library = library;
    this.#chunk = chunk;
    this.#values = values;
    this.#at = chunk.start;
  }

  async next(): Promise<DataPage | undefined> {
    while (this.#at < this.#chunk.end) {
      const head = await this.#head();
      const body = await this.#window.at(this.#at + head.headBytes, head.packed);
      this.#at += head.headBytes + head.packed;
      if (this.#at > this.#chunk.end || body.length < head.packed)
        throw new RangeError("a page that ends after its column");
      if (head.type === "dictionary") this.#readDictionary(head, body);
      if (head.type === "data") return this.#version1(head, body);
      if (head.type === "data2") return this.#version2(head, body);
    }
    return undefined;
  }

  async #head(): Promise<PageHead> {
    const most = this.#chunk.end - this.#at;
    // Heads take some 30 bytes, more with statistics of text.
    for (const guess of [4096, 2 ** 20]) {
      try {
        return this.#library.readPageHead(await this.#window.at(this.#at, Math.min(guess, most)));
      } catch (error) {
        if (guess >= most || guess > 4096) throw error;
      }
    }
    throw new RangeError("a page head that is too long");
  }

  #readDictionary(head: PageHead, body: Uint8Array): void {
    const bytes = this.#library.decompress(this.#chunk.codec, body, head.unpacked);
    this.dictionary = this.#values(head.count);
    decodeValues(bytes, "PLAIN", this.#chunk.type, head.count, undefined, this.dictionary, 0);
  }

  #version1(head: PageHead, body: Uint8Array): DataPage {
    const bytes = this.#library.decompress(this.#chunk.codec, body, head.unpacked);
    let at = 0;
    const levels = (present: boolean): Uint8Array => {
      if (!present) return bytes.subarray(0, 0);
      if (at + 4 > bytes.length) throw new RangeError("levels that end after their page");
      const length = bytes[at]! + bytes[at + 1]! * 2 ** 8 + bytes[at + 2]! * 2 ** 16 + bytes[at + 3]! * 2 ** 24;
      const start = at + 4;
      at = start + length;
      if (at > bytes.length) throw new RangeError("levels that end after their page");
      return bytes.subarray(start, at);
    };
    const repetition = levels(this.#chunk.hasRepetition);
    const definition = levels(this.#chunk.hasDefinition);
    return { count: head.count, encoding: head.encoding, repetition, definition, values: bytes.subarray(at) };
  }

  #version2(head: PageHead, body: Uint8Array): DataPage {
    const definitionAt = head.repetitionBytes;
    const valuesAt = definitionAt + head.definitionBytes;
    const packed = body.subarray(valuesAt);
    const values =
      head.compressed && packed.length > 0
        ? this.#library.decompress(this.#chunk.codec, packed, head.unpacked - valuesAt)
        : packed;
    return {
      count: head.count,
      encoding: head.encoding,
      repetition: body.subarray(0, definitionAt),
      definition: body.subarray(definitionAt, valuesAt),
      values,
    };
  }
}
