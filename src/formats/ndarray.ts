import { LogitsError } from "../core/index.js";
import { columnsToRows } from "./columnsToRows.js";
import { decodeNumbers, fitsFloat32, type NumberType, sizeOf, swapBytes } from "./numbers.js";
import type { RawLabels, ReadOptions } from "./table.js";

/** Reads an array's bytes; `offset` counts from its first element. Compressed arrays can only be read forwards. */
export interface ArrayReader {
  read(offset: number, into: Uint8Array): Promise<void>;
  close?(): Promise<void>;
}

/** An array in a file: its shape and type are known, its bytes are not read yet. */
export interface NdArray {
  /** For messages: "logits", "scores.npy". */
  name: string;
  shape: number[];
  fortran: boolean;
  type: NumberType | "text";
  /** The type as its own format writes it. */
  dtype: string;
  itemSize: number;
  bigEndian: boolean;
  /** UTF-32 ("U") or bytes ("S") text. */
  text?: "U" | "S";
  /** False when reading from the middle means reading all before it. */
  seekable: boolean;
  open(): Promise<ArrayReader>;
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `${shape[0]}` : shape.length === 0 ? "a single number" : shape.join(" × ");
}

/**
 * How a table lies in an array: element (outer, row, inner) is number (outer × rows + row) × inner's length + inner.
 * `picks` says which of them belong to which column; an element of several replicates has one pick for each.
 */
export interface Layout {
  rows: number;
  columns: number;
  outer: number;
  inner: number;
  picks: { outer: number; inner: number; column: number }[];
  /** Number of replicates that are averaged. */
  mean: number;
}

/** How a 1-D, 2-D or 3-D array is a table, or the error that says what is missing. */
export function layoutOf(array: NdArray, options: ReadOptions): Layout {
  const { shape, name, fortran } = array;
  if (shape.length === 0 || shape.length > 3) {
    throw new LogitsError("bad-data", `Cannot use ${name}: its shape must be rows × classes, got ${shapeText(shape)}`, {
      hint: "Save the scores as a 2-D array, one row an item.",
    });
  }
  const axes = shape.length === 3 ? axesOf(array, options) : ["rows", "classes"].slice(0, shape.length);
  const size = (axis: string): number => (axes.includes(axis) ? shape[axes.indexOf(axis)]! : 1);
  const rows = size("rows");
  const columns = size("classes");
  if (rows === 0 || columns === 0) {
    throw new LogitsError(
      "bad-data",
      `Cannot use ${name}: it must have at least one row and one class, got ${shapeText(shape)}`,
      {
        hint: "The program that wrote it saved nothing: check its input.",
      },
    );
  }
  const replicates = replicatesOf(array, size("replicates"), options);
  const stored = fortran ? axes.toReversed() : axes;
  const at = stored.indexOf("rows");
  const product = (some: string[]): number => some.reduce((n, axis) => n * size(axis), 1);
  const index = (some: string[], of: Record<string, number>): number =>
    some.reduce((n, axis) => n * size(axis) + (of[axis] ?? 0), 0);
  const before = stored.slice(0, at);
  const after = stored.slice(at + 1);
  const picks: Layout["picks"] = [];
  for (const replicate of replicates) {
    for (let column = 0; column < columns; column++) {
      const of = { replicates: replicate, classes: column };
      picks.push({ outer: index(before, of), inner: index(after, of), column });
    }
  }
  return { rows, columns, outer: product(before), inner: product(after), picks, mean: replicates.length };
}

function axesOf({ name, shape }: NdArray, { axes }: ReadOptions): string[] {
  const words = ["classes", "replicates", "rows"];
  const hint = "--axes is a permutation of rows,replicates,classes; --replicate picks one, or their mean.";
  if (!axes) {
    const message = `Cannot use ${name}: a 3-D array (${shapeText(shape)}) must come with the meaning of its axes, got none`;
    throw new LogitsError("ambiguous", message, { hint });
  }
  if (axes.toSorted().join() !== words.join()) {
    throw new LogitsError(
      "bad-argument",
      `Cannot use ${name}: axes must be a permutation of rows,replicates,classes, got ${axes.join()}`,
      {
        hint,
      },
    );
  }
  return axes;
}

function replicatesOf({ name, shape }: NdArray, count: number, { replicate }: ReadOptions): number[] {
  if (shape.length < 3) return [0];
  if (replicate === undefined) {
    throw new LogitsError(
      "ambiguous",
      `Cannot use ${name}: one of its ${count} replicates, or their mean, must be chosen, got none`,
      {
        hint: "--replicate 0, or --replicate mean.",
      },
    );
  }
  if (replicate === "mean") return Array.from({ length: count }, (_, k) => k);
  if (!Number.isInteger(replicate) || replicate < 0 || replicate >= count) {
    throw new LogitsError(
      "bad-argument",
      `Cannot use ${name}: replicate must be mean or an integer in [0, ${count - 1}], got ${replicate}`,
    );
  }
  return [replicate];
}

/** Columns that are read and turned into rows together. */
const stripe = 32;

/** Reads rows of an array of numbers from the first to the last, `next` by `next`, into `values`, which it reuses. */
export class RowReader {
  readonly type: NumberType;
  readonly #array: NdArray;
  readonly #layout: Layout;
  readonly #reader: ArrayReader;
  /** For each outer index that is needed: which inner index goes to which column. */
  readonly #groups: Map<number, { inner: number; column: number }[]>;
  #row = 0;
  #values: Float32Array | Float64Array = new Float32Array(0);
  #scratch: Uint8Array = new Uint8Array(0);
  #numbers: Float32Array | Float64Array = new Float32Array(0);

  constructor(array: NdArray, layout: Layout, reader: ArrayReader) {
    this.#array = array;
    this.#layout = layout;
    this.#reader = reader;
    this.type = array.type as NumberType;
    this.#groups = new Map();
    for (const { outer, inner, column } of layout.picks) {
      const group = this.#groups.get(outer);
      if (group) group.push({ inner, column });
      else this.#groups.set(outer, [{ inner, column }]);
    }
  }

  /** rows × columns numbers, valid until the next call. */
  async next(rows: number): Promise<Float32Array | Float64Array> {
    const { columns, outer, inner, picks, mean } = this.#layout;
    const length = rows * columns;
    if (this.#values.length < length) {
      this.#values = fitsFloat32(this.type) && mean === 1 ? new Float32Array(length) : new Float64Array(length);
    }
    const values = this.#values.subarray(0, length);
    const size = this.#array.itemSize;
    const plain = outer === 1 && inner === columns && picks.length === columns;
    const inPlace = plain && !this.#array.bigEndian && (this.type === "f4" || this.type === "f8");
    if (inPlace) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await this.#reader.read(this.#row * columns * size, bytes);
    } else if (plain) {
      await this.#decode([this.#row * inner], rows * inner, values);
    } else if (inner === 1 && mean === 1) {
      await this.#fromColumns(rows, values);
    } else {
      await this.#gather(rows, values);
      if (mean > 1) for (let i = 0; i < length; i++) values[i]! /= mean;
    }
    this.#row += rows;
    return values;
  }

  /** Columns one after another, each in row order: some are read together and turned into rows. */
  async #fromColumns(rows: number, values: Float32Array | Float64Array): Promise<void> {
    const { columns, picks } = this.#layout;
    for (let first = 0; first < columns; first += stripe) {
      const some = picks.slice(first, first + stripe);
      const places = some.map(({ outer }) => outer * this.#layout.rows + this.#row);
      const numbers = await this.#decode(places, rows);
      columnsToRows(numbers, some.length, rows, values, columns, first);
    }
  }

  async #gather(rows: number, values: Float32Array | Float64Array): Promise<void> {
    const { columns, inner } = this.#layout;
    values.fill(0);
    for (const [index, group] of this.#groups) {
      const numbers = await this.#decode([(index * this.#layout.rows + this.#row) * inner], rows * inner);
      for (let row = 0; row < rows; row++) {
        for (const { inner: from, column } of group) values[row * columns + column]! += numbers[row * inner + from]!;
      }
    }
  }

  /** `count` numbers from each of `places` on (counted in numbers), one after another. */
  async #decode(
    places: number[],
    count: number,
    out?: Float32Array | Float64Array,
  ): Promise<Float32Array | Float64Array> {
    const size = this.#array.itemSize;
    const total = places.length * count;
    if (this.#scratch.length < total * size) this.#scratch = new Uint8Array(total * size);
    const bytes = this.#scratch.subarray(0, total * size);
    const part = (k: number): Uint8Array => bytes.subarray(k * count * size, (k + 1) * count * size);
    await Promise.all(places.map((place, k) => this.#reader.read(place * size, part(k))));
    if (this.#array.bigEndian) swapBytes(bytes, sizeOf(this.type));
    if (!out && this.#numbers.length < total) {
      this.#numbers = fitsFloat32(this.type) ? new Float32Array(total) : new Float64Array(total);
    }
    const numbers = out ?? this.#numbers;
    decodeNumbers(bytes, this.type, numbers);
    return numbers;
  }

  async close(): Promise<void> {
    await this.#reader.close?.();
  }
}

/** Reads labels, ids and slices: one or more values a row, in fresh arrays. */
export class ColumnReader {
  readonly #array: NdArray;
  readonly #rows: RowReader | undefined;
  readonly #reader: ArrayReader;
  readonly #width: number;
  #row = 0;

  constructor(array: NdArray, reader: ArrayReader) {
    this.#array = array;
    this.#reader = reader;
    this.#width = array.shape[1] ?? 1;
    if (array.type !== "text") this.#rows = new RowReader(array, layoutOf(array, {}), reader);
  }

  async next(rows: number): Promise<RawLabels> {
    if (this.#rows) {
      const values = await this.#rows.next(rows);
      return this.#array.type === "b1" ? Array.from(values, (value) => value !== 0) : values.slice();
    }
    const { itemSize } = this.#array;
    const bytes = new Uint8Array(rows * this.#width * itemSize);
    await this.#reader.read(this.#row * this.#width * itemSize, bytes);
    this.#row += rows;
    return decodeText(bytes, rows * this.#width, this.#array);
  }

  async close(): Promise<void> {
    await this.#reader.close?.();
  }
}

/** Fixed-width text as numpy writes it. */
export function decodeText(
  bytes: Uint8Array,
  count: number,
  { text, itemSize, bigEndian, name }: Pick<NdArray, "text" | "itemSize" | "bigEndian" | "name">,
): string[] {
  const utf8 = new TextDecoder();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const values: string[] = [];
  if (itemSize === 0) return new Array<string>(count).fill("");
  for (let start = 0; start + itemSize <= bytes.length; start += itemSize) {
    if (text === "S") {
      let end = start + itemSize;
      while (end > start && bytes[end - 1] === 0) end--;
      values.push(utf8.decode(bytes.subarray(start, end)));
      continue;
    }
    let value = "";
    for (let at = start; at < start + itemSize; at += 4) {
      const code = view.getUint32(at, !bigEndian);
      if (code > 0x10ffff) {
        throw new LogitsError("bad-data", `Cannot use ${name}: text must be Unicode, got code point ${code}`, {
          hint: "The file is damaged: write it again.",
        });
      }
      value += String.fromCodePoint(code);
    }
    values.push(value.replace(/\0+$/, ""));
  }
  return values;
}
