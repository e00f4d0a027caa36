import { crc32 } from "./crc32.js";
import type { Sink } from "./writeTable.js";

interface Member {
  name: Uint8Array;
  start: number;
  size: number;
  crc: number;
}

const most = 0xffffffff;

/**
 * Writes a zip archive of stored members, front to back. Members of 4 GiB and more, and what follows them, are written as zip64.
 * Source: PKWARE APPNOTE 6.3.10, §4.3; sums follow the data (general purpose bit 3), because they are not known before.
 */
export class ZipWriter {
  readonly #sink: Sink;
  readonly #members: Member[] = [];
  #at = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Adds a file of `size` bytes; `size` is what `pieces` will come to. */
  async add(name: string, size: number, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const member: Member = { name: new TextEncoder().encode(name), start: this.#at, size, crc: 0 };
    const big = size >= most;
    const sizes = big ? [most, most] : [0, 0];
    const extra = big ? fields([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array(0);
    await this.#write(
      fields(
        [4, 0x04034b50],
        [2, big ? 45 : 20],
        [2, 0x0808],
        [2, 0],
        [4, date],
        [4, 0],
        [4, sizes[0]!],
        [4, sizes[1]!],
        [2, member.name.length],
        [2, extra.length],
      ),
    );
    await this.#write(member.name);
    await this.#write(extra);
    let written = 0;
    for await (const piece of pieces) {
      member.crc = crc32(piece, member.crc);
      written += piece.length;
      await this.#write(piece);
    }
    if (written !== size) throw new RangeError(`a member of ${written} bytes that should have ${size}`);
    const width = big ? 8 : 4;
    await this.#write(fields([4, 0x08074b50], [4, member.crc], [width, size], [width, size]));
    this.#members.push(member);
  }

  /** Writes the directory: without it there is no archive. */
  async finish(): Promise<void> {
    const start = this.#at;
    for (const { name, start: header, size, crc } of this.#members) {
      const large = [size, size, header].filter((value) => value >= most);
      const extra =
        large.length > 0
          ? fields([2, 1], [2, 8 * large.length], ...large.map((value): Field => [8, value]))
          : new Uint8Array(0);
      const version = large.length > 0 ? 45 : 20;
      const low = Math.min(size, most);
      await this.#write(
        fields(
          [4, 0x02014b50],
          [2, version],
          [2, version],
          [2, 0x0808],
          [2, 0],
          [4, date],
          [4, crc],
          [4, low],
          [4, low],
          [2, name.length],
          [2, extra.length],
          [6, 0],
          [4, 0],
          [4, Math.min(header, most)],
        ),
      );
      await this.#write(name);
      await this.#write(extra);
    }
    const end = this.#at;
    const count = this.#members.length;
    if (start >= most) {
      await this.#write(
        fields(
          [4, 0x06064b50],
          [8, 44],
          [2, 45],
          [2, 45],
          [4, 0],
          [4, 0],
          [8, count],
          [8, count],
          [8, end - start],
          [8, start],
        ),
      );
      await this.#write(fields([4, 0x07064b50], [4, 0], [8, end], [4, 1]));
    }
    await this.#write(
      fields(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, count],
        [2, count],
        [4, end - start],
        [4, Math.min(start, most)],
        [2, 0],
      ),
    );
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#at += bytes.length;
    if (bytes.length > 0) await this.#sink.write(bytes);
  }
}

/** 1 January 1980, 00:00: the same table makes the same bytes. */
const date = 0x00210000;

type Field = [bytes: number, value: number];

function fields(...list: Field[]): Uint8Array {
  const out = new Uint8Array(list.reduce((n, [size]) => n + size, 0));
  let at = 0;
  for (const [size, value] of list) {
    let rest = value;
    for (let i = 0; i < size; i++) {
      out[at++] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return out;
}
