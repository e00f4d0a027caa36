import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import { nameOf } from "./bytes.js";
import { columnRoles } from "./columnRoles.js";
import { columnsToRows } from "./columnsToRows.js";
import { windowValues } from "./limits.js";
import { ColumnCursor, listLength, type ParquetFile, type Wanted } from "./parquetCursor.js";
import type { Values } from "./parquetDecode.js";
import { parquetLibrary } from "./parquetLibrary.js";
import { ByteWindow } from "./parquetPages.js";
import { type ParquetColumn, parquetColumns } from "./parquetSchema.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "./table.js";

/** Columns whose values are turned into rows together. */
const stripe = 32;

/**
 * A table from a Parquet file: one column a class, or one column of lists.
 * Pages of floats and integers are decoded here, straight into rows; hyparquet reads the footer and the rare encodings.
 */
export async function readParquet(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "Parquet", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const name = nameOf(bytes);
  const library = await parquetLibrary();
  const metadata = await library.readMetadata(bytes);
  const file: ParquetFile = { name, bytes, metadata, library };
  const columns = parquetColumns(metadata);
  const roles = columnRoles(name, columns, options);
  const scores = roles.scores.map((i) => columns[i]!);
  const list = scores[0]!.kind === "list" ? scores[0] : undefined;
  const rows = metadata.row_groups.reduce((n, group) => n + Number(group.num_rows), 0);
  const hint = "The program that wrote it saved nothing: check its input.";
  if (!(rows > 0))
    throw new LogitsError("bad-data", `Cannot read ${name}: it must have at least one row, got ${rows}`, { hint });
  const width = list ? await listLength(file, list, new ByteWindow(bytes, 2 ** 16)) : scores.length;
  if (width === 0)
    throw new LogitsError(
      "bad-data",
      `Cannot read ${name}: row 0 of column ${list!.name} must have at least one score, got none`,
      { row: 0, hint },
    );
  const type = commonType(scores);
  const numbers = (count: number): Float32Array | Float64Array =>
    type === "f4" || type === "f2" ? new Float32Array(count) : new Float64Array(count);
  const table: RawTable = { format: "parquet", dtype: type, columns: width, rows, notes: roles.notes, blocks };
  if (list) table.scoresFrom = list.name;
  else table.columnNames = scores.map((column) => column.name);
  const label = roles.label === undefined ? undefined : columns[roles.label];
  if (label) {
    table.labelsFrom = `column ${label.name}`;
    table.labelWidth = label.kind === "list" ? await listLength(file, label, new ByteWindow(bytes, 2 ** 16)) : 1;
  }
  // Kept from one pass to the next: touching fresh memory costs more than turning columns into rows.
  let spare = numbers(0);
  return table;

  async function* blocks(rowsPerBlock: number): AsyncIterable<RawBlock> {
    const window = new ByteWindow(bytes, 2 ** 22);
    const cursors = scores.map(
      (column) => new ColumnCursor(file, column, { values: numbers, length: list ? width : 1 }, window),
    );
    const beside = sideColumns(file, columns, roles, table.labelWidth ?? 1);
    let values = spare;
    spare = numbers(0);
    let stripes = numbers(0);
    for (let row = 0; row < rows; ) {
      // The first rows are few, because a survey wants no more.
      const end = list || row === 0 ? Math.min(row + rowsPerBlock, rows) : windowEnd(file, row, rowsPerBlock, width);
      const count = end - row;
      if (values.length < count * width) values = numbers(count * width);
      if (list) {
        await cursors[0]!.next(count * width, values);
      } else {
        const together = Math.min(stripe, width);
        if (stripes.length < together * count) stripes = numbers(together * count);
        for (let first = 0; first < width; first += together) {
          const some = cursors.slice(first, first + together);
          for (const [k, cursor] of some.entries()) await cursor.next(count, stripes, k * count);
          columnsToRows(stripes, some.length, count, values, width, first);
        }
      }
      for (let start = 0; start < count; start += rowsPerBlock) {
        const size = Math.min(rowsPerBlock, count - start);
        yield {
          rows: size,
          values: values.subarray(start * width, (start + size) * width),
          ...(await beside(size)),
        };
      }
      row = end;
    }
    spare = values;
  }
}

/** The number type that holds every column without loss (64-bit integers as f64). */
function commonType(columns: ParquetColumn[]): string {
  const types = new Set(columns.map(({ physical }) => physical));
  if (types.size === 1) return columns[0]!.physical!;
  return [...types].every((type) => type === "f2" || type === "f4") ? "f4" : "f8";
}

/** Rows that are turned together: up to the end of a row group, unless that is too many to hold. */
function windowEnd({ metadata }: ParquetFile, start: number, wanted: number, width: number): number {
  const most = Math.max(1, Math.floor(windowValues / width));
  let end = 0;
  for (const group of metadata.row_groups) {
    const next = end + Number(group.num_rows);
    if (next - start > most) return end > start ? end : start + most;
    end = next;
    if (end - start >= wanted) return end;
  }
  return end;
}

/** Reads labels, ids and slices for the next rows. */
function sideColumns(
  file: ParquetFile,
  columns: ParquetColumn[],
  roles: ReturnType<typeof columnRoles>,
  labelWidth: number,
): (rows: number) => Promise<Pick<RawBlock, "labels" | "ids" | "slices">> {
  const window = (): ByteWindow => new ByteWindow(file.bytes, 2 ** 18);
  const texts: Wanted = { values: (count) => new Array<string>(count), length: 1, missing: "" };
  const numbers: Wanted = { values: (count) => new Float64Array(count), length: labelWidth, missing: NaN };
  const label = roles.label === undefined ? undefined : columns[roles.label]!;
  const isText = label !== undefined && label.kind === "other" && label.physical !== "bits";
  // A missing number is NaN and a missing text is empty; no boolean says that it is missing.
  const bits: Wanted = { values: numbers.values, length: 1 };
  const wanted = isText ? texts : label?.physical === "bits" ? bits : numbers;
  const labels = label && new ColumnCursor(file, label, wanted, window());
  const ids = roles.id === undefined ? undefined : new ColumnCursor(file, columns[roles.id]!, texts, window());
  const slices = roles.slices.map(
    (i) => [columns[i]!.name, new ColumnCursor(file, columns[i]!, texts, window())] as const,
  );
  return async (rows) => {
    const block: Pick<RawBlock, "labels" | "ids" | "slices"> = {};
    if (labels) {
      const found = await take(labels, isText ? new Array<string>(rows) : new Float64Array(rows * labelWidth));
      block.labels = label.physical === "bits" ? Array.from(found as Float64Array, (bit) => bit === 1) : found;
    }
    if (ids) block.ids = (await take(ids, new Array<string>(rows))) as string[];
    for (const [name, cursor] of slices)
      (block.slices ??= {})[name] = (await take(cursor, new Array<string>(rows))) as string[];
    return block;
  };
}

async function take(cursor: ColumnCursor, values: Values): Promise<Values> {
  await cursor.next(values.length, values);
  return values;
}
