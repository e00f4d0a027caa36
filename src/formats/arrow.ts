import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import {
  type ArrowBatch,
  type ArrowColumn,
  arrowColumn,
  checkSize,
  type ArrowField,
  columnLabels,
  columnTexts,
  lengthOfFirst,
  listBytes,
  numberBytes,
} from "./arrowColumns.js";
import { type ArrowMessage, arrowMessages } from "./arrowMessages.js";
import { nameOf, readInto } from "./bytes.js";
import { columnRoles } from "./columnRoles.js";
import { columnsToRows } from "./columnsToRows.js";
import { maxInflatedBytes, maxInflateRatio, ratioFreeBytes } from "./limits.js";
import { decompressLz4Frame } from "./lz4.js";
import { decodeNumbers, fitsFloat32, type NumberType, sizeOf } from "./numbers.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "./table.js";

/** One record batch, decoded. */
interface Batch {
  rows: number;
  columns: ArrowBatch[];
}

/**
 * A table from an Arrow IPC file or stream (Feather version 2 is one): one column a class, or one column of lists.
 * Read one record batch at a time; lists of f4 and f8 are not copied.
 */
export async function readArrow(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "Arrow", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const name = nameOf(bytes);
  const messages = await arrowMessages(bytes);
  const batches = messages.filter(({ kind, rows }) => kind === "batch" && rows > 0);
  const rows = batches.reduce((n, batch) => n + batch.rows, 0);
  const { fields, decoder } = await openArrow(bytes, messages);
  const columns = fields.map(arrowColumn);
  const roles = columnRoles(name, columns, options);
  if (rows === 0) {
    throw new LogitsError("bad-data", `Cannot read ${name}: it must have at least one row, got 0`, {
      hint: "The program that wrote it saved nothing: check its input.",
    });
  }
  const scores = roles.scores.map((i) => columns[i]!);
  const list = scores[0]!.kind === "list" ? scores[0] : undefined;
  const listLength = async (column: number): Promise<number> =>
    columns[column]!.stride ?? lengthOfFirst((await decoder().decode(batches[0]!)).columns[column]!);
  const width = list ? await listLength(roles.scores[0]!) : scores.length;
  if (width === 0)
    throw new LogitsError(
      "bad-data",
      `Cannot read ${name}: row 0 of column ${list!.name} must have at least one score, got none`,
      { row: 0 },
    );
  const types = [...new Set(scores.map(({ number }) => number!))];
  const dtype = types.length === 1 ? types[0]! : types.every((type) => type === "f2" || type === "f4") ? "f4" : "f8";
  const table: RawTable = { format: "arrow", dtype, columns: width, rows, notes: roles.notes, blocks };
  if (list) table.scoresFrom = list.name;
  else table.columnNames = scores.map((column) => column.name);
  const label = roles.label === undefined ? undefined : columns[roles.label]!;
  if (label) {
    table.labelsFrom = `column ${label.name}`;
    table.labelWidth = label.kind === "list" ? await listLength(roles.label!) : 1;
  }
  return table;

  async function* blocks(rowsPerBlock: number): AsyncIterable<RawBlock> {
    const { decode, close } = decoder();
    const rowsAtOnce = Math.min(rowsPerBlock, Math.max(...batches.map((batch) => batch.rows)));
    const turn = new Turner(dtype, width, rowsAtOnce);
    let row = 0;
    try {
      for (const message of batches) {
        const batch = await decode(message);
        const bytes = scores.map((column, k) => scoreBytes(column, batch.columns[roles.scores[k]!]!, row));
        const beside = besideOf(batch, row);
        for (let start = 0; start < batch.rows; start += rowsPerBlock) {
          const end = Math.min(start + rowsPerBlock, batch.rows);
          const values = list
            ? turn.lists(bytes[0]!, list.number!, start, end)
            : turn.columns(scores, bytes, start, end);
          yield { rows: end - start, values, ...beside(start, end) };
        }
        row += batch.rows;
      }
    } finally {
      close();
    }
  }

  function scoreBytes(column: ArrowColumn, batch: ArrowBatch, row: number): Uint8Array {
    return list ? listBytes(name, column, batch, width, row) : numberBytes(name, column, batch, row);
  }

  /** The labels, ids and slices of a batch, and how to cut them into blocks. */
  function besideOf(batch: Batch, row: number): (start: number, end: number) => Partial<RawBlock> {
    const of = (column: number): ArrowBatch => batch.columns[column]!;
    const labels = label && columnLabels(name, label, of(roles.label!), table.labelWidth!, row);
    const ids = roles.id === undefined ? undefined : columnTexts(of(roles.id));
    const slices = roles.slices.map((i) => [columns[i]!.name, columnTexts(of(i))] as const);
    return (start, end) => ({
      ...(labels && { labels: labels.slice(start * table.labelWidth!, end * table.labelWidth!) }),
      ...(ids && { ids: ids.slice(start, end) }),
      ...(slices.length > 0 && {
        slices: Object.fromEntries(slices.map(([key, texts]) => [key, texts.slice(start, end)])),
      }),
    });
  }
}

/** Columns whose values are turned into rows together. */
const stripe = 32;

/** Turns the numbers of a batch into rows, in arrays that it uses again. */
class Turner {
  readonly #width: number;
  readonly #values: Float32Array | Float64Array;
  readonly #stripes: Float32Array | Float64Array;

  constructor(dtype: string, width: number, rows: number) {
    const numbers = (count: number): Float32Array | Float64Array =>
      fitsFloat32(dtype as NumberType) ? new Float32Array(count) : new Float64Array(count);
    this.#width = width;
    this.#values = numbers(rows * width);
    this.#stripes = numbers(rows * Math.min(stripe, width));
  }

  lists(bytes: Uint8Array, type: NumberType, start: number, end: number): Float32Array | Float64Array {
    const [from, length] = [start * this.#width, (end - start) * this.#width];
    if (type === "f4") return new Float32Array(bytes.buffer, bytes.byteOffset + 4 * from, length);
    if (type === "f8") return new Float64Array(bytes.buffer, bytes.byteOffset + 8 * from, length);
    const size = sizeOf(type);
    decodeNumbers(bytes.subarray(from * size, (from + length) * size), type, this.#values);
    return this.#values.subarray(0, length);
  }

  columns(columns: ArrowColumn[], bytes: Uint8Array[], start: number, end: number): Float32Array | Float64Array {
    const rows = end - start;
    for (let first = 0; first < columns.length; first += stripe) {
      const some = columns.slice(first, first + stripe);
      for (const [k, { number }] of some.entries()) {
        const size = sizeOf(number!);
        decodeNumbers(bytes[first + k]!.subarray(start * size, end * size), number!, this.#stripes, k * rows);
      }
      columnsToRows(this.#stripes, some.length, rows, this.#values, columns.length, first);
    }
    return this.#values.subarray(0, rows * this.#width);
  }
}

interface Decoder {
  decode(batch: ArrowMessage): Promise<Batch>;
  /** Gives its buffer to the next decoder: touching fresh memory costs more than reading. */
  close(): void;
}

/** The schema's fields, and decoders of record batches: each reads into a buffer of its own, so a batch is valid until its next one. */
async function openArrow(
  bytes: Bytes,
  messages: ArrowMessage[],
): Promise<{ fields: ArrowField[]; decoder(): Decoder }> {
  const { tableFromIPC, setCompressionCodec, getCompressionCodec, CompressionType } = await import("@uwdata/flechette");
  const { parquetLibrary } = await import("./parquetLibrary.js");
  const { decompress } = await parquetLibrary();
  const codecs = {
    LZ4_FRAME: decompressLz4Frame,
    ZSTD: (packed: Uint8Array, size: number) => decompress("ZSTD", packed, size),
  };
  for (const [codec, decode] of Object.entries(codecs)) {
    const type = CompressionType[codec as keyof typeof codecs];
    if (!getCompressionCodec(type)) setCompressionCodec(type, { decode: bounded(decode), encode: (plain) => plain });
  }
  let spare: Uint8Array = new Uint8Array(0);
  const before = (batch: ArrowMessage): ArrowMessage[] =>
    messages.filter(({ kind, end }) => kind === "dictionary" && end <= batch.start);
  const table = async (
    read: MessageReader["read"],
    wanted: ArrowMessage[],
  ): Promise<ReturnType<typeof tableFromIPC>> => {
    const parts = await read([messages[0]!, ...wanted]);
    return tableFromIPC(parts, { useBigInt: true, useDate: true });
  };
  const { schema } = await table(messageReader(bytes, spare).read, []);
  if (schema.endianness === 1) {
    throw new LogitsError(
      "unsupported",
      `Cannot read ${nameOf(bytes)}: its numbers must be little-endian, got big-endian`,
      { hint: "Write it on another machine, or as Parquet." },
    );
  }
  return {
    fields: schema.fields as ArrowField[],
    decoder: () => {
      const reader = messageReader(bytes, spare);
      spare = new Uint8Array(0);
      return {
        async decode(batch) {
          const decoded = await table(reader.read, [...before(batch), batch]);
          const columns = decoded.children.map((column) => column.data[0] as unknown as ArrowBatch);
          for (const column of columns) checkSize(column, batch.rows);
          return { rows: batch.rows, columns };
        },
        close: () => {
          spare = reader.buffer();
        },
      };
    },
  };
}

interface MessageReader {
  read(wanted: ArrowMessage[]): Promise<Uint8Array[]>;
  buffer(): Uint8Array;
}

/** Messages, each at a multiple of 8 in a buffer that is used again. */
function messageReader(bytes: Bytes, given: Uint8Array): MessageReader {
  let buffer = given;
  const read = async (wanted: ArrowMessage[]): Promise<Uint8Array[]> => {
    const starts: number[] = [];
    let size = 0;
    for (const { start, end } of wanted) {
      starts.push(size);
      size += Math.ceil((end - start) / 8) * 8;
    }
    if (buffer.length < size) buffer = new Uint8Array(size);
    const parts = wanted.map(({ start, end }, i) => buffer.subarray(starts[i]!, starts[i]! + end - start));
    for (const [i, part] of parts.entries()) await readInto(bytes, wanted[i]!.start, part);
    return parts;
  };
  return { read, buffer: () => buffer };
}

function bounded(
  decode: (packed: Uint8Array, size: number) => Uint8Array,
): (packed: Uint8Array, size: number) => Uint8Array {
  return (packed, size) => {
    if (!(size >= 0 && size <= maxInflatedBytes) || (size > ratioFreeBytes && size > maxInflateRatio * packed.length)) {
      throw new RangeError(`a column of ${size} bytes compressed to ${packed.length}`);
    }
    const data = decode(packed, size);
    // Numbers are viewed where they lie.
    return data.byteOffset % 8 === 0 ? data : data.slice();
  };
}
