import { LogitsError } from "../core/index.js";
import { decodedEncodings, decodeValues, type Values } from "./parquetDecode.js";
import { firstLength, presence, raggedAt } from "./parquetLevels.js";
import type { FileMetaData } from "hyparquet";
import type { ParquetLibrary } from "./parquetLibrary.js";
import { type ByteWindow, ChunkPages, type DataPage } from "./parquetPages.js";
import type { ParquetColumn } from "./parquetSchema.js";
import type { Bytes } from "./table.js";

/** What all columns of a file share. */
export interface ParquetFile {
  name: string;
  bytes: Bytes;
  metadata: FileMetaData;
  library: ParquetLibrary;
}

/** How a column's values are wanted. */
export interface Wanted {
  values(count: number): Values;
  /** Values a row: the length that every list must have. */
  length: number;
  /** What stands for a missing value; without it, a missing value is an error. */
  missing?: number | string;
}

/** Reads one column from the first row to the last, `next` by `next`, across pages and row groups. */
export class ColumnCursor {
  readonly #file: ParquetFile;
  readonly #column: ParquetColumn;
  readonly #wanted: Wanted;
  readonly #window: ByteWindow;
  #group = -1;
  #pages: ChunkPages | undefined;
  /** Decoded values that were not asked for yet, from `#heldAt` on. */
  #held: Values = [];
  #heldAt = 0;
  /** Values decoded so far. */
  #seen = 0;

  constructor(file: ParquetFile, column: ParquetColumn, wanted: Wanted, window: ByteWindow) {
    this.#file = file;
    this.#column = column;
    this.#wanted = wanted;
    this.#window = window;
  }

  /** `count` values into `out` from `at` on. */
  async next(count: number, out: Values, at = 0): Promise<void> {
    for (let filled = 0; filled < count; ) {
      const held = this.#held.length - this.#heldAt;
      if (held > 0) {
        const size = Math.min(held, count - filled);
        copy(this.#held, this.#heldAt, size, out, at + filled);
        this.#heldAt += size;
        filled += size;
        continue;
      }
      filled += await this.#decodeNext(out, at + filled, count - filled);
    }
  }

  /** Decodes the next page, into `out` when all of it fits there and is there; returns how many values that were. */
  async #decodeNext(out: Values, at: number, room: number): Promise<number> {
    const page = await this.#nextPage();
    if (!page) return 0;
    const { definition, repetition } = this.#column;
    const present = definition > 0 ? presence(page.definition, definition, page.count) : undefined;
    if (present && this.#wanted.missing === undefined) throw this.#missing(page, present);
    if (repetition > 0) this.#checkLists(page);
    const there = present ? present.reduce((n, one) => n + one, 0) : page.count;
    const direct = !present && page.count <= room;
    const values = direct ? out : this.#wanted.values(there);
    decodeValues(
      page.values,
      page.encoding,
      this.#column.physical!,
      there,
      this.#pages!.dictionary,
      values,
      direct ? at : 0,
    );
    this.#seen += page.count;
    if (direct) return page.count;
    this.#hold(present ? this.#spread(values, present) : values);
    return 0;
  }

  #hold(values: Values): void {
    this.#held = values;
    this.#heldAt = 0;
  }

  async #nextPage(): Promise<DataPage | undefined> {
    const page = await this.#pages?.next();
    if (page) return page;
    const { metadata, library, bytes } = this.#file;
    const rows = metadata.row_groups.slice(0, this.#group + 1).reduce((n, group) => n + Number(group.num_rows), 0);
    if (this.#seen !== rows * this.#wanted.length) {
      const { length } = this.#wanted;
      if (this.#seen % length > 0) throw this.#ragged(Math.floor(this.#seen / length), `${this.#seen % length}`);
      throw new RangeError(`${this.#seen} values of column ${this.#column.name} in ${rows} rows`);
    }
    this.#group++;
    const group = metadata.row_groups[this.#group];
    if (!group) throw new RangeError(`only ${this.#seen} values of column ${this.#column.name}`);
    const chunk = group.columns[this.#column.chunk];
    const meta = chunk?.meta_data;
    if (!meta || chunk.crypto_metadata || chunk.file_path) {
      throw new LogitsError(
        "unsupported",
        `Cannot read ${this.#file.name}: column ${this.#column.name} must be in the file and not encrypted`,
      );
    }
    const { physical } = this.#column;
    if (physical === undefined || !meta.encodings.every((encoding) => decodedEncodings.has(encoding))) {
      this.#pages = undefined;
      this.#hold(await this.#readByLibrary());
      return undefined;
    }
    const first = Number(meta.data_page_offset);
    const start = Math.min(Number(meta.dictionary_page_offset || first), first);
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 4 && end >= start && end <= bytes.byteLength))
      throw new RangeError("a column beyond the end of the file");
    const { repetition, definition } = this.#column;
    const place = {
      start,
      end,
      codec: meta.codec,
      type: physical,
      hasRepetition: repetition > 0,
      hasDefinition: definition > 0,
    };
    this.#pages = new ChunkPages(this.#window, library, place, (count) => this.#wanted.values(count));
    return this.#nextPage();
  }

  /** A row group in an encoding that only hyparquet reads. */
  async #readByLibrary(): Promise<Values> {
    const { library, bytes, metadata } = this.#file;
    const { name } = this.#column;
    const { length, missing } = this.#wanted;
    const start = metadata.row_groups.slice(0, this.#group).reduce((n, group) => n + Number(group.num_rows), 0);
    const rows = Number(metadata.row_groups[this.#group]!.num_rows);
    const cells = await library.readColumn(bytes, metadata, name, start, start + rows);
    const values = this.#wanted.values(rows * length);
    const isText = Array.isArray(values);
    for (let row = 0; row < rows; row++) {
      const cell = this.#column.repetition > 0 ? cells[row] : [cells[row]];
      const list = (cell ?? []) as unknown[];
      if (list.length !== length) throw this.#ragged(start + row, list.length === 0 ? "none" : `${list.length}`);
      for (let k = 0; k < length; k++) {
        const value = list[k] ?? missing;
        if (value === undefined) throw this.#isNull(start + row);
        if (isText) values[row * length + k] = value instanceof Date ? value.toISOString() : String(value);
        else values[row * length + k] = Number(value);
      }
    }
    this.#seen += rows * length;
    return values;
  }

  #spread(values: Values, present: Uint8Array): Values {
    const all = this.#wanted.values(present.length);
    let from = 0;
    for (let i = 0; i < present.length; i++) all[i] = (present[i] ? values[from++] : this.#wanted.missing) as never;
    return all;
  }

  #checkLists({ repetition, count }: DataPage): void {
    const { length } = this.#wanted;
    const bad = raggedAt(repetition, count, length, this.#seen);
    if (bad < 0) return;
    const place = (this.#seen + bad) % length;
    // A new list began inside this one, or this one did not end.
    const row = Math.floor((this.#seen + bad) / length) - (place === 0 ? 1 : 0);
    throw this.#ragged(row, place === 0 ? "more" : `${place}`);
  }

  #missing(page: DataPage, present: Uint8Array): LogitsError {
    const at = present.indexOf(0);
    if (this.#column.repetition > 0) {
      const bad = raggedAt(page.repetition, at, this.#wanted.length, this.#seen);
      if (bad >= 0) this.#checkLists(page);
    }
    return this.#isNull(Math.floor((this.#seen + at) / this.#wanted.length));
  }

  #isNull(row: number): LogitsError {
    const { name } = this.#column;
    return new LogitsError(
      "bad-data",
      `Cannot read ${this.#file.name}: row ${row} of column ${name} must have a value, got null`,
      {
        row,
        hint: "Drop the row, or write what is missing.",
      },
    );
  }

  #ragged(row: number, got: string): LogitsError {
    const { name } = this.#column;
    const message = `Cannot read ${this.#file.name}: row ${row} of column ${name} must have ${this.#wanted.length} scores like the first, got ${got}`;
    return new LogitsError("bad-data", message, { row, hint: "Every row needs one score for each class." });
  }
}

/** How many values the first list of a column has; 0 when it is empty or missing. */
export async function listLength(file: ParquetFile, column: ParquetColumn, window: ByteWindow): Promise<number> {
  const group = file.metadata.row_groups.find(({ num_rows: rows }) => rows > 0n);
  const meta = group?.columns[column.chunk]?.meta_data;
  if (!group || !meta) return 0;
  if (meta.encodings.every((encoding) => decodedEncodings.has(encoding))) {
    const first = Number(meta.data_page_offset);
    const start = Math.min(Number(meta.dictionary_page_offset || first), first);
    const place = {
      start,
      end: start + Number(meta.total_compressed_size),
      codec: meta.codec,
      type: column.physical!,
      hasRepetition: true,
      hasDefinition: column.definition > 0,
    };
    const page = await new ChunkPages(window, file.library, place, (count) => new Float64Array(count)).next();
    return page && page.count > 0 ? firstLength(page.repetition, page.count) : 0;
  }
  const [list] = Array.from(await file.library.readColumn(file.bytes, file.metadata, column.name, 0, 1));
  return (list as unknown[] | null | undefined)?.length ?? 0;
}

function copy(from: Values, start: number, count: number, out: Values, at: number): void {
  if (Array.isArray(from) || Array.isArray(out)) for (let i = 0; i < count; i++) out[at + i] = from[start + i]!;
  else out.set(from.subarray(start, start + count), at);
}
