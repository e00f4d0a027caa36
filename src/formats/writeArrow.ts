import type { Batch } from "../core/index.js";
import { labelText } from "./writeCsv.js";
import { columnLayout } from "./writeLayout.js";
import { outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";

/**
 * An Arrow IPC file (which is Feather version 2): the columns of `writeParquet`, one record batch for each batch of the source.
 * Its index comes last and names every batch, so the table is held in memory until then.
 */
export async function writeArrow(table: WritableTable, sink: Sink): Promise<Written> {
  const flechette = await import("@uwdata/flechette");
  const {
    batchType,
    columnFromArray,
    Column,
    fixedSizeList,
    float32,
    float64,
    int32,
    tableFromColumns,
    tableToIPC,
    utf8,
  } = flechette;
  type AnyBatch = InstanceType<typeof flechette.Batch>;
  type Type = ReturnType<typeof float32 | typeof utf8 | typeof int32 | typeof fixedSizeList>;
  const { classes } = table;
  const outline = await outlineOf(table);
  const { names, notes } = columnLayout(outline, classes);
  const float = outline.wide ? float64() : float32();
  const columns: { name: string; type: Type; batches: AnyBatch[] }[] = [];
  const column = (name: string, type: Type): AnyBatch[] => {
    const batches: AnyBatch[] = [];
    columns.push({ name, type, batches });
    return batches;
  };
  const validity = new Uint8Array(0);
  const floats = (values: Float32Array | Float64Array): AnyBatch =>
    new (batchType(float))({ length: values.length, nullCount: 0, type: float, validity, values });
  const texts = (values: string[]): AnyBatch =>
    columnFromArray(values, utf8(), { maxBatchRows: Infinity }).data[0] as AnyBatch;
  const ids = outline.ids ? column("id", utf8()) : undefined;
  const lists = fixedSizeList(float, classes.length);
  const scores = names ? names.map((name) => column(name, float)) : [column(outline.key, lists)];
  const labels = outline.labels ? column("label", outline.named ? utf8() : int32()) : undefined;
  const slices = outline.slices.map((name) => [name, column(name, utf8())] as const);
  let rows = 0;
  for await (const batch of table.batches()) {
    if (batch.rows === 0) continue;
    rows += batch.rows;
    ids?.push(texts(batch.ids ?? []));
    if (names)
      for (let k = 0; k < classes.length; k++)
        scores[k]!.push(floats(columnOf(batch, k, classes.length, outline.wide)));
    else {
      const child = floats(outline.wide ? Float64Array.from(batch.values) : Float32Array.from(batch.values));
      scores[0]!.push(
        new (batchType(lists))({ length: batch.rows, nullCount: 0, type: lists, validity, children: [child] }),
      );
    }
    if (labels && batch.labels) {
      const values = batch.labels;
      labels.push(
        outline.named
          ? texts(Array.from(values, (label) => labelText(label, classes)))
          : new (batchType(int32()))({
              length: batch.rows,
              nullCount: 0,
              type: int32(),
              validity,
              values: values.slice(),
            }),
      );
    }
    for (const [name, into] of slices) into.push(texts(batch.slices?.[name] ?? []));
  }
  const pieces: Uint8Array[] = [];
  const into = {
    write: (bytes: Uint8Array) => void pieces.push(bytes),
    pad: (count: number) => void pieces.push(new Uint8Array(count)),
    finish: () => null,
  };
  tableToIPC(tableFromColumns(columns.map(({ name, type, batches }) => [name, new Column(batches, type)])), {
    format: "file",
    sink: into,
  });
  for (const piece of pieces) if (piece.length > 0) await sink.write(piece);
  return { rows, notes };
}

function columnOf({ values, rows }: Batch, k: number, width: number, wide: boolean): Float32Array | Float64Array {
  const column = wide ? new Float64Array(rows) : new Float32Array(rows);
  for (let row = 0; row < rows; row++) column[row] = values[row * width + k]!;
  return column;
}
