import type { Batch } from "../core/index.js";
import { LogitsError } from "../core/index.js";
import { countRows, outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";

/** The scores alone, as one npy array: rows × classes, f4 or f8 as they are. */
export async function writeNpy(table: WritableTable, sink: Sink): Promise<Written> {
  const outline = await outlineOf(table);
  const rows = await countRows(table);
  await sink.write(npyHeader(outline.wide ? "<f8" : "<f4", [rows, table.classes.length]));
  for await (const bytes of scoreBytes(table.batches(), outline.wide, rows)) await sink.write(bytes);
  const lost = [outline.labels && "labels", outline.ids && "ids", outline.slices.length > 0 && "slices"].filter(
    Boolean,
  );
  return {
    rows,
    notes: lost.length > 0 ? [`npy holds one array: ${lost.join(", ")} are not written. npz keeps them.`] : [],
  };
}

/** The start of an npy array, version 1.0, in C order. */
export function npyHeader(descr: string, shape: number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // Data begin at a multiple of 64; the header ends with a newline.
  const size = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = new Uint8Array(size).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (size - 10) & 255, (size - 10) >> 8]);
  header.set(new TextEncoder().encode(text), 10);
  header[size - 1] = 0x0a;
  return header;
}

/** The scores of each batch as bytes; exactly `rows` rows of them. `seen` is shown each batch. */
export async function* scoreBytes(
  batches: AsyncIterable<Batch>,
  wide: boolean,
  rows: number,
  seen?: (batch: Batch) => void,
): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const batch of batches) {
    written += batch.rows;
    if (written > rows) break;
    seen?.(batch);
    const same = batch.values instanceof Float64Array === wide;
    const values = same ? batch.values : wide ? Float64Array.from(batch.values) : Float32Array.from(batch.values);
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  if (written !== rows)
    throw new LogitsError(
      "bad-data",
      `Cannot write this table: it must have ${rows} rows as it said, got ${written > rows ? "more" : written}`,
    );
}
