import { numberText } from "./writeNumber.js";
import { labelText } from "./writeCsv.js";
import { outlineOf, type Sink, type WritableTable, type Written } from "./writeTable.js";

/**
 * One JSON object a row: `{"id", "logits", "label", …slices}`. Scores are an array, or an object by class where classes have names.
 * What JSON has no number for is the text "-Infinity", "Infinity" or "NaN".
 */
export async function writeJsonl(table: WritableTable, sink: Sink): Promise<Written> {
  const { classes } = table;
  const { key, named } = await outlineOf(table);
  const encoder = new TextEncoder();
  const keys = classes.map((name) => `${JSON.stringify(name)}:`);
  let written = 0;
  for await (const batch of table.batches()) {
    const text = numberText(batch.values);
    let lines = "";
    for (let row = 0; row < batch.rows; row++) {
      const parts: string[] = [];
      if (batch.ids) parts.push(`"id":${JSON.stringify(batch.ids[row])}`);
      const scores = Array.from({ length: classes.length }, (_, k) => {
        const value = batch.values[row * classes.length + k]!;
        return Number.isFinite(value) ? text(value) : `"${value}"`;
      });
      parts.push(`"${key}":${named ? `{${scores.map((score, k) => keys[k]! + score).join()}}` : `[${scores.join()}]`}`);
      if (batch.labels)
        parts.push(`"label":${named ? JSON.stringify(labelText(batch.labels[row], classes)) : batch.labels[row]}`);
      for (const [name, column] of Object.entries(batch.slices ?? {}))
        parts.push(`${JSON.stringify(name)}:${JSON.stringify(column[row])}`);
      lines += `{${parts.join()}}\n`;
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
