import { numberText } from "./writeNumber.js";
import { besideNames, outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";

/**
 * A line of column names, then one line a row: id, one column a class, label, slices. Fields with a delimiter, quote or line break are quoted (RFC 4180).
 * Numbers have as many digits as they need to be read back exactly, in f32 or f64 as they are.
 */
export async function writeCsv(table: WritableTable, sink: Sink, delimiter: string): Promise<Written> {
  const { classes } = table;
  const outline = await outlineOf(table);
  const names = besideNames(outline, classes);
  const quote = (text: string): string =>
    /["\r\n]/.test(text) || text.includes(delimiter) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
  const encoder = new TextEncoder();
  const header = [names.id, ...classes, names.label, ...names.slices].filter((name) => name !== undefined);
  await sink.write(encoder.encode(`${header.map(quote).join(delimiter)}\n`));
  let written = 0;
  for await (const batch of table.batches()) {
    const text = numberText(batch.values);
    let lines = "";
    for (let row = 0; row < batch.rows; row++) {
      const fields: string[] = [];
      if (names.id !== undefined) fields.push(quote(batch.ids?.[row] ?? ""));
      for (let k = 0; k < classes.length; k++) fields.push(text(batch.values[row * classes.length + k]!));
      if (names.label !== undefined) fields.push(quote(labelText(batch.labels?.[row], classes)));
      for (const name of names.slices) fields.push(quote(batch.slices?.[name]?.[row] ?? ""));
      lines += `${fields.join(delimiter)}\n`;
      if (lines.length > 2 ** 18) {
        await sink.write(encoder.encode(lines));
        lines = "";
      }
    }
    await sink.write(encoder.encode(lines));
    written += batch.rows;
  }
  return { rows: written, notes: [] };
}

/** A label by the name of its class, which reads the same whether classes are counted from 0 or from 1. */
export function labelText(label: number | undefined, classes: string[]): string {
  return label === undefined ? "" : (classes[label] ?? String(label));
}
