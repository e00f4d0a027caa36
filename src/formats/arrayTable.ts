import { LogitsError } from "../core/index.js";
import { maxInflatedBytes } from "./limits.js";
import { type ArrayReader, ColumnReader, layoutOf, type NdArray, RowReader, shapeText } from "./ndarray.js";
import type { RawBlock, RawLabels, RawTable, ReadOptions } from "./table.js";

/** Arrays that make up a table: scores, and what is known about each of their rows. */
export interface Arrays {
  scores: NdArray;
  labels?: NdArray;
  ids?: NdArray;
  /** Columns that divide the rows into slices. */
  texts: NdArray[];
}

/** A table of arrays of equal length, read side by side. */
export function arrayTable(format: string, arrays: Arrays, options: ReadOptions, notes: string[] = []): RawTable {
  const { labels, ids, texts } = arrays;
  const scores = labels === undefined ? asRow(arrays.scores, options) : arrays.scores;
  const layout = layoutOf(scores, options);
  for (const beside of [labels, ids, ...texts]) if (beside) checkRows(beside, layout.rows, scores.name);
  const strided = layout.outer > 1;
  if (strided && !scores.seekable) {
    const size = scores.shape.reduce((n, axis) => n * axis, scores.itemSize);
    if (size > maxInflatedBytes) {
      throw new LogitsError(
        "unsupported",
        `Cannot use ${scores.name}: a compressed array whose rows are not in order must be at most ${maxInflatedBytes} bytes, got ${size}`,
        {
          hint: "Save it in C order (numpy.ascontiguousarray) or uncompressed.",
        },
      );
    }
    notes = [...notes, `${scores.name} is compressed and its rows are not in order: it is held in memory as a whole.`];
  }
  const table: RawTable = { format, dtype: scores.dtype, columns: layout.columns, rows: layout.rows, notes, blocks };
  if (scores.shape.length === 3) table.replicates = scores.shape[options.axes!.indexOf("replicates")]!;
  if (labels) {
    table.labelsFrom = labels.name;
    table.labelWidth = labels.shape[1] ?? 1;
  }
  return table;

  async function* blocks(rowsPerBlock: number): AsyncIterable<RawBlock> {
    const values = new RowReader(scores, layout, await openRows(scores));
    const column = async (array: NdArray | undefined): Promise<ColumnReader | undefined> =>
      array && new ColumnReader(array, await openRows(array));
    const labelColumn = await column(labels);
    const idColumn = await column(ids);
    const textColumns = await Promise.all(texts.map(async (array) => [array.name, (await column(array))!] as const));
    try {
      for (let row = 0; row < layout.rows; row += rowsPerBlock) {
        const rows = Math.min(rowsPerBlock, layout.rows - row);
        const block: RawBlock = { rows, values: await values.next(rows) };
        if (labelColumn) block.labels = await labelColumn.next(rows);
        if (idColumn) block.ids = asText(await idColumn.next(rows));
        if (textColumns.length > 0) {
          block.slices = {};
          for (const [name, reader] of textColumns) block.slices[name] = asText(await reader.next(rows));
        }
        yield block;
      }
    } finally {
      for (const reader of [values, labelColumn, idColumn, ...textColumns.map(([, reader]) => reader)])
        await reader?.close();
    }
  }
}

function asText(values: RawLabels): string[] {
  return Array.from(values as ArrayLike<number>, String);
}

/** The scores of one row as a table of one. One number a row is asked for by name. */
function asRow(scores: NdArray, { vector, kind }: ReadOptions): NdArray {
  const alone = vector === "row" && kind !== "binary-logits" && kind !== "binary-probs";
  return alone && scores.shape.length === 1 ? { ...scores, shape: [1, scores.shape[0]!] } : scores;
}

function checkRows(array: NdArray, rows: number, scores: string): void {
  const { name, shape } = array;
  if (shape.length >= 1 && shape.length <= 2 && shape[0] === rows) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use ${name}: it must have one entry for each of the ${rows} rows of ${scores}, got ${shapeText(shape)}`,
    {
      hint: "Are they from the same run?",
    },
  );
}

/** A reader that may be asked for any row: a compressed array whose rows are not in order is held in memory. */
async function openRows(array: NdArray): Promise<ArrayReader> {
  const reader = await array.open();
  if (array.seekable || (!array.fortran && array.shape.length < 3)) return reader;
  const data = new Uint8Array(array.shape.reduce((n, size) => n * size, array.itemSize));
  await reader.read(0, data);
  await reader.close?.();
  return { read: async (offset, into) => into.set(data.subarray(offset, offset + into.length)) };
}
