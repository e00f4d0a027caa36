import type { Batch } from "../core/index.js";
import type { SchemaElement } from "hyparquet";
import { labelText } from "./writeCsv.js";
import { type Outline, outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";
import { columnLayout } from "./writeLayout.js";

/** Scores of a row group: some 64 MiB as f32. */
const groupValues: number = 2 ** 24;

/**
 * A Parquet file: id, one column a class (or one column of lists, where classes are many or their names clash), label, slices.
 * Floats are written plain: they do not compress, and plain pages are read without decoding.
 */
export async function writeParquet(table: WritableTable, sink: Sink): Promise<Written> {
  const { ParquetWriter, ByteWriter } = await import("hyparquet-writer");
  const { classes } = table;
  const outline = await outlineOf(table);
  const layout = columnLayout(outline, classes);
  const buffer = new ByteWriter(2 ** 20);
  const flush = async (): Promise<void> => {
    await sink.write(new Uint8Array(buffer.buffer, 0, buffer.index));
    buffer.index = 0;
  };
  const writer = new ParquetWriter({
    writer: buffer,
    schema: schemaOf(outline, layout.names, classes),
    codec: "SNAPPY",
  });
  let rows = 0;
  const rowsPerGroup = Math.max(1, Math.floor(groupValues / classes.length));
  for await (const group of groupsOf(table.batches(), rowsPerGroup)) {
    const size = group.reduce((n, batch) => n + batch.rows, 0);
    rows += size;
    await writer.write({ columnData: columnsOf(group, size, outline, layout.names, classes), rowGroupSize: size });
    await flush();
  }
  await writer.finish();
  await flush();
  return { rows, notes: layout.notes };
}

/** Batches, held together until they have so many rows. */
async function* groupsOf(batches: AsyncIterable<Batch>, rows: number): AsyncGenerator<Batch[]> {
  let group: Batch[] = [];
  let held = 0;
  for await (const batch of batches) {
    if (batch.rows === 0) continue;
    // The source may use the array again for its next batch.
    group.push({ ...batch, values: batch.values.slice() });
    held += batch.rows;
    if (held < rows) continue;
    yield group;
    group = [];
    held = 0;
  }
  if (group.length > 0) yield group;
}

function text(name: string): SchemaElement {
  return {
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    logical_type: { type: "STRING" },
    repetition_type: "REQUIRED",
  };
}

function schemaOf(outline: Outline, names: string[] | undefined, classes: string[]): SchemaElement[] {
  const float = outline.wide ? "DOUBLE" : "FLOAT";
  const columns: SchemaElement[] = [];
  if (outline.ids) columns.push(text("id"));
  if (names) columns.push(...names.map((name): SchemaElement => ({ name, type: float, repetition_type: "REQUIRED" })));
  else {
    columns.push(
      {
        name: outline.key,
        repetition_type: "REQUIRED",
        num_children: 1,
        converted_type: "LIST",
        logical_type: { type: "LIST" },
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", type: float, repetition_type: "REQUIRED" },
    );
  }
  if (outline.labels)
    columns.push(outline.named ? text("label") : { name: "label", type: "INT32", repetition_type: "REQUIRED" });
  columns.push(...outline.slices.map(text));
  const scores = names ? classes.length : 1;
  const children = Number(outline.ids) + scores + Number(outline.labels) + outline.slices.length;
  return [{ name: "root", num_children: children }, ...columns];
}

interface ColumnData {
  name: string;
  data: Float32Array | Float64Array | Int32Array | unknown[];
  encoding?: "PLAIN";
}

function columnsOf(
  group: Batch[],
  rows: number,
  outline: Outline,
  names: string[] | undefined,
  classes: string[],
): ColumnData[] {
  const columns: ColumnData[] = [];
  const texts = (of: (batch: Batch) => ArrayLike<string> | undefined): string[] =>
    group.flatMap((batch) => Array.from({ length: batch.rows }, (_, i) => of(batch)?.[i] ?? ""));
  if (outline.ids) columns.push({ name: "id", data: texts(({ ids }) => ids) });
  if (names)
    columns.push(
      ...names.map(
        (name, k): ColumnData => ({
          name,
          data: columnOf(group, rows, k, classes.length, outline.wide),
          encoding: "PLAIN",
        }),
      ),
    );
  else columns.push({ name: outline.key, data: listsOf(group, classes.length), encoding: "PLAIN" });
  if (outline.labels) {
    const labels = Int32Array.from(group.flatMap((batch) => Array.from(batch.labels!)));
    columns.push({
      name: "label",
      data: outline.named ? Array.from(labels, (label) => labelText(label, classes)) : labels,
    });
  }
  for (const name of outline.slices) columns.push({ name, data: texts(({ slices }) => slices?.[name]) });
  return columns;
}

function columnOf(group: Batch[], rows: number, k: number, width: number, wide: boolean): Float32Array | Float64Array {
  const column = wide ? new Float64Array(rows) : new Float32Array(rows);
  let at = 0;
  for (const { values, rows } of group) for (let row = 0; row < rows; row++) column[at++] = values[row * width + k]!;
  return column;
}

function listsOf(group: Batch[], width: number): number[][] {
  return group.flatMap(({ values, rows }) =>
    Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * width, (row + 1) * width))),
  );
}
