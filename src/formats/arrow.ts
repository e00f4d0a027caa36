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
  lengthOfLists,
  listBytes,
  numberBytes,
} from "./arrowColumns.js";
import { type ArrowMessage, arrowMessages } from "./arrowMessages.js";
import { nameOf, readInto } from "./bytes.js";
import { columnRoles } from "./columnRoles.js";
import { columnsToRows } from "./columnsToRows.js";
import { maxInflatedBytes, maxInflateRatio, ratioFreeBytes } from "./limits.js";
import { decompressLz4Frame } from "./lz4.js";
import { decodeNumbers, fitsFloat32, type NumberType } from "./numbers.js";
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
  const first = list || roles.label !== undefined ? await decoder()(batches[0]!) : undefined;
  const listLength = (column: number): number => lengthOfLists(columns[column]!, first!.columns[column]!);
  const width = list ? listLength(roles.scores[0]!) : scores.length;
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
    table.labelWidth = label.kind === "list" ? listLength(roles.label!) : 1;
  }
  return table;

  async function* blocks(rowsPerBlock: number): AsyncIterable<RawBlock> {
    const decode = decoder();
    let row = 0;
    let spare: Float32Array | Float64Array = fitsFloat32(dtype as NumberType)
      ? new Float32Array(0)
      : new Float64Array(0);
    for (const message of batches) {
      const batch = await decode(message);
      if (batch.rows * width > spare.length && !(list && (dtype === "f4" || dtype === "f8"))) {
        spare =
          spare instanceof Float32Array ? new Float32Array(batch.rows * width) : new Float64Array(batch.rows * width);
      }
      const { values, labels, ids, slices } = readBatch(batch, row, spare);
      for (let start = 0; start < batch.rows; start += rowsPerBlock) {
        const end = Math.min(start + rowsPerBlock, batch.rows);
        const block: RawBlock = { rows: end - start, values: values.subarray(start * width, end * width) };
        if (labels) block.labels = labels.slice(start * table.labelWidth!, end * table.labelWidth!);
        if (ids) block.ids = ids.slice(start, end);
        if (slices)
          block.slices = Object.fromEntries(
            Object.entries(slices).map(([key, texts]) => [key, texts.slice(start, end)]),
          );
        yield block;
      }
      row += batch.rows;
    }
  }

  function readBatch(
    batch: Batch,
    row: number,
    out: Float32Array | Float64Array,
  ): Pick<RawBlock, "values" | "ids" | "slices"> & { labels?: Float64Array | string[] | boolean[] } {
    const of = (column: number): ArrowBatch => batch.columns[column]!;
    const values = list
      ? listValues(listBytes(name, list, of(roles.scores[0]!), width, row), list.number!, out)
      : columnValues(
          scores.map((column, k) => [column, numberBytes(name, column, of(roles.scores[k]!), row)]),
          batch.rows,
          out,
        );
    const read: ReturnType<typeof readBatch> = { values };
    if (label) read.labels = columnLabels(name, label, of(roles.label!), table.labelWidth!, row);
    if (roles.id !== undefined) read.ids = columnTexts(of(roles.id));
    if (roles.slices.length > 0)
      read.slices = Object.fromEntries(roles.slices.map((i) => [columns[i]!.name, columnTexts(of(i))]));
    return read;
  }
}

function listValues(
  bytes: Uint8Array,
  type: NumberType,
  out: Float32Array | Float64Array,
): Float32Array | Float64Array {
  if (type === "f4") return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (type === "f8") return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  decodeNumbers(bytes, type, out);
  return out;
}

function columnValues(
  columns: [ArrowColumn, Uint8Array][],
  rows: number,
  out: Float32Array | Float64Array,
): Float32Array | Float64Array {
  const stripe = 32;
  const size = stripe * rows;
  const stripes = out instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  for (let first = 0; first < columns.length; first += stripe) {
    const some = columns.slice(first, first + stripe);
    for (const [k, [{ number }, bytes]] of some.entries()) decodeNumbers(bytes, number!, stripes, k * rows);
    columnsToRows(stripes, some.length, rows, out, columns.length, first);
  }
  return out;
}

/** The schema's fields, and decoders of record batches: each reads into a buffer of its own, so a batch is valid until its next one. */
async function openArrow(
  bytes: Bytes,
  messages: ArrowMessage[],
): Promise<{ fields: ArrowField[]; decoder(): (batch: ArrowMessage) => Promise<Batch> }> {
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
  const before = (batch: ArrowMessage): ArrowMessage[] =>
    messages.filter(({ kind, end }) => kind === "dictionary" && end <= batch.start);
  const table = async (
    read: ReturnType<typeof messageReader>,
    wanted: ArrowMessage[],
  ): Promise<ReturnType<typeof tableFromIPC>> => {
    const parts = await read([messages[0]!, ...wanted]);
    return tableFromIPC(parts, { useBigInt: true, useDate: true });
  };
  const { schema } = await table(messageReader(bytes), []);
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
      const read = messageReader(bytes);
      return async (batch) => {
        const decoded = await table(read, [...before(batch), batch]);
        const columns = decoded.children.map((column) => column.data[0] as unknown as ArrowBatch);
        for (const column of columns) checkSize(column, batch.rows);
        return { rows: batch.rows, columns };
      };
    },
  };
}

/** Messages, each at a multiple of 8 in a buffer that is used again. */
function messageReader(bytes: Bytes): (wanted: ArrowMessage[]) => Promise<Uint8Array[]> {
  let buffer = new Uint8Array(0);
  return async (wanted) => {
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
