import { joinBytes, nameOf, readInto } from "./bytes.js";
import { decode, type Line, longestLine, tooLong } from "./lines.js";
import { chunkBytes } from "./limits.js";
import type { Bytes } from "./table.js";

const [newline, carriageReturn] = [10, 13] as const;

interface Piece {
  start: number;
  count: number;
  read: Promise<void>;
}

/**
 * A window that moves over the bytes of a text file. What is in it and not yet read lies between `from` and `to`; whoever reads some of it moves
 * `from` and `line` on. A byte-order mark is left out, and the last line always has an end.
 *
 * The buffer has two halves: while one is looked at, the next piece of the file is read into the other, behind a margin for the line that is cut.
 */
export class LineWindow {
  from = 0;
  to = 0;
  /** Lines before `from`. */
  line = 0;
  readonly #bytes: Bytes;
  readonly #buffer: Uint8Array;
  readonly #margin: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Where in the file `to` is. */
  #at = 0;
  #ahead: Piece | undefined;
  #half = 0;

  /** `buffer` must be of `windowSize` bytes. */
  constructor(bytes: Bytes, buffer: Uint8Array, margin: number) {
    this.#bytes = bytes;
    this.#buffer = buffer;
    this.#margin = margin;
  }

  /** Where the last whole line in the window ends; at most `from` where there is none. */
  get end(): number {
    return this.#buffer.subarray(0, this.to).lastIndexOf(newline) + 1;
  }

  /** Reads on. False when the margin is too small for the line that is cut, or nothing is left. */
  async fill(): Promise<boolean> {
    const buffer = this.#buffer;
    const rest = this.to - this.from;
    if (rest > this.#margin) return false;
    const piece = this.#ahead ?? this.#readAhead();
    if (!piece) return false;
    await piece.read;
    const first = this.#at === 0;
    buffer.copyWithin(piece.start - rest, this.from, this.to);
    this.from = piece.start - rest;
    this.to = piece.start + piece.count;
    this.#at += piece.count;
    this.#ahead = this.#readAhead();
    if (first && startsWithMark(buffer.subarray(this.from, this.to))) this.from += 3;
    const ended = this.#at === this.#bytes.byteLength;
    if (ended && this.to > this.from && buffer[this.to - 1] !== newline) buffer[this.to++] = newline;
    return true;
  }

  /** Begins to read what comes after `to`, into the other half. */
  #readAhead(): Piece | undefined {
    const { byteLength } = this.#bytes;
    const count = Math.min(chunkBytes, byteLength - this.#at);
    if (count <= 0) return undefined;
    const start = this.#half * ((this.#buffer.length - 1) / 2) + this.#margin;
    this.#half = 1 - this.#half;
    const read = readInto(this.#bytes, this.#at, this.#buffer.subarray(start, start + count));
    // Whoever goes on meets the error; nobody may.
    read.catch(() => undefined);
    return { start, count, read };
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
      if (found !== -1)
        return { text: this.text(pieces.length === 0 ? piece : joinBytes([...pieces, piece])), line: ++this.line };
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

/** Bytes that a window needs with a margin for a cut line. */
export function windowSize(bytes: Bytes, margin: number): number {
  return 2 * (Math.min(bytes.byteLength, chunkBytes) + margin) + 1;
}

function startsWithMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
