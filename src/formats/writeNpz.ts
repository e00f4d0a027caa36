import { LogitsError } from "../core/index.js";
import { npyHeader, scoreBytes } from "./writeNpy.js";
import { countRows, outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";
import { ZipWriter } from "./writeZip.js";

/**
 * An npz archive: the scores as `logits`, `probs` or `logprobs`, `labels` (i8, from 0), `ids`, one text array for each slice, and `classes` where they have names.
 * Stored, so that any part of it can be read without the rest.
 */
export async function writeNpz(table: WritableTable, sink: Sink): Promise<Written> {
  const outline = await outlineOf(table);
  const rows = await countRows(table);
  const { classes } = table;
  const reserved = [outline.key, "labels", "ids", "classes"];
  const clash = outline.slices.find((name) => reserved.includes(name));
  if (clash !== undefined)
    throw new LogitsError(
      "bad-data",
      `Cannot write this table: a slice must not be named ${reserved.join(", ")}, got ${clash}`,
    );
  const zip = new ZipWriter(sink);
  const labels = new BigInt64Array(outline.labels ? rows : 0);
  const ids: string[] = [];
  const slices = new Map(outline.slices.map((name) => [name, [] as string[]]));
  let row = 0;
  const pieces = scoreBytes(table.batches(), outline.wide, rows, (batch) => {
    if (batch.labels && outline.labels) for (let i = 0; i < batch.rows; i++) labels[row + i] = BigInt(batch.labels[i]!);
    for (const id of batch.ids ?? []) ids.push(id);
    for (const [name, column] of slices) for (const text of batch.slices?.[name] ?? []) column.push(text);
    row += batch.rows;
  });
  const header = npyHeader(outline.wide ? "<f8" : "<f4", [rows, classes.length]);
  const size = header.length + rows * classes.length * (outline.wide ? 8 : 4);
  await zip.add(`${outline.key}.npy`, size, withHeader(header, pieces));
  const add = async (key: string, descr: string, data: Uint8Array, count: number): Promise<void> => {
    const head = npyHeader(descr, [count]);
    await zip.add(`${key}.npy`, head.length + data.length, [head, data]);
  };
  if (outline.labels) await add("labels", "<i8", new Uint8Array(labels.buffer), rows);
  const texts = (key: string, column: string[]): Promise<void> => add(key, ...encodeTexts(column), column.length);
  if (outline.ids) await texts("ids", ids);
  for (const [name, column] of slices) await texts(name, column);
  if (outline.named) await texts("classes", classes);
  await zip.finish();
  return { rows, notes: [] };
}

async function* withHeader(header: Uint8Array, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield header;
  yield* pieces;
}

/** numpy's fixed-width text: UTF-32, padded with zeros. */
export function encodeTexts(texts: string[]): [descr: string, data: Uint8Array] {
  const codes = texts.map((text) => Array.from(text, (letter) => letter.codePointAt(0)!));
  const width = codes.reduce((most, { length }) => Math.max(most, length), 1);
  const data = new Uint32Array(texts.length * width);
  for (const [i, text] of codes.entries()) data.set(text, i * width);
  return [`<U${width}`, new Uint8Array(data.buffer)];
}
