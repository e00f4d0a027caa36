import { nameOf, readInto } from "./bytes.js";
import { decode, type Line, longestLine, tooLong } from "./lines.js";
import { chunkBytes } from "./limits.js";
import type { Bytes } from "./table.js";

const [newline, carriageReturn] = [10, 13] as const;

/**
 * A window that moves over the bytes of a text file. What is in it and not yet read lies between `from` and `to`; whoever reads some of it moves
 * `from` and `line` on. A byte-order mark is left out, and the last line always has an end.
 */
export class LineWindow {
  from = 0;
  to = 0;
  /** Lines before `from`. */
  line = 0;
  readonly #bytes: Bytes;
  readonly #buffer: Uint8Array;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Where in the file `to` is. */
  #at = 0;

  /** `buffer` must have room for a byte more than is to be read at a time. */
  constructor(bytes: Bytes, buffer: Uint8Array) {
    this.#bytes = bytes;
    this.#buffer = buffer;
  }

  /** Where the last whole line in the window ends; at most `from` where there is none. */
  get end(): number {
    return this.#buffer.subarray(0, this.to).lastIndexOf(newline) + 1;
  }

  /** Reads on. False when there is no room, or nothing left. */
  async fill(): Promise<boolean> {
    const buffer = this.#buffer;
    const { byteLength } = this.#bytes;
    buffer.copyWithin(0, this.from, this.to);
    this.to -= this.from;
    this.from = 0;
    const count = Math.min(chunkBytes, byteLength - this.#at, buffer.length - 1 - this.to);
    if (count <= 0) return false;
    const first = this.#at === 0;
    await readInto(this.#bytes, this.#at, buffer.subarray(this.to, this.to + count));
    this.#at += count;
    this.to += count;
    if (first && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) this.from = 3;
    if (this.#at === byteLength && this.to > this.from && buffer[this.to - 1] !== newline) buffer[this.to++] = newline;
    return true;
  }

  /** The next line, however long; undefined at the end. */
  async nextLine(): Promise<Line | undefined> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const found = this.#buffer.subarray(this.from, this.to).indexOf(newline);
      const end = found === -1 ? this.to : this.from + found;
      const piece = this.#buffer.subarray(this.from, end);
      this.from = found === -1 ? end : end + 1;
      length += piece.length;
      if (length > longestLine) throw tooLong(nameOf(this.#bytes), this.line + 1);
      if (found !== -1) return { text: this.text(join(pieces, piece, length)), line: ++this.line };
      if (piece.length > 0) pieces.push(piece.slice());
      if (!(await this.fill())) return undefined;
    }
  }

  /** Bytes of the window as text. */
  text(bytes: Uint8Array): string {
    const end = bytes.length > 0 && bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
    return this.decode(bytes.subarray(0, end));
  }

  /** UTF-8 from somewhere in the window. */
  decode(bytes: Uint8Array): string {
    return decode(this.#decoder, bytes, false, nameOf(this.#bytes), this.#at - (this.to - this.from));
  }
}

function join(pieces: Uint8Array[], last: Uint8Array, length: number): Uint8Array {
  if (pieces.length === 0) return last;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of [...pieces, last]) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
