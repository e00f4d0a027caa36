import { type Batch, LogitsError, type Source } from "../core/index.js";

/** All rows of a source in one batch: for fits, which pass over their rows many times. */
export async function collect(source: Source): Promise<Batch> {
  const parts: Batch[] = [];
  let rows = 0;
  for await (const batch of source.batches()) {
    parts.push(batch);
    rows += batch.rows;
  }
  const first = parts[0];
  if (!first) throw new LogitsError("bad-data", "Cannot use this table: it must have at least 1 row, got 0");
  if (parts.length === 1) return first;
  const wide = parts.some(({ values }) => values instanceof Float64Array);
  const values = wide ? new Float64Array(rows * first.classes) : new Float32Array(rows * first.classes);
  const whole: Batch = { kind: first.kind, values, rows, classes: first.classes, offset: 0 };
  if (first.labels) whole.labels = new Int32Array(rows);
  if (first.ids) whole.ids = [];
  if (first.slices) whole.slices = Object.fromEntries(Object.keys(first.slices).map((name) => [name, [] as string[]]));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at * first.classes);
    if (part.labels) whole.labels?.set(part.labels, at);
    for (const id of part.ids ?? []) whole.ids?.push(id);
    for (const [name, column] of Object.entries(part.slices ?? {}))
      for (const value of column) whole.slices?.[name]?.push(value);
    at += part.rows;
  }
  return whole;
}

/** A source of rows that are already in memory. */
export function sourceOf(batch: Batch, classes?: string[]): Source {
  return {
    capture: { kind: batch.kind, stage: "unknown", coverage: "full" },
    classes: classes ?? Array.from({ length: batch.classes }, (_, k) => String(k)),
    rows: batch.rows,
    dtype: batch.values instanceof Float32Array ? "f4" : "f8",
    notes: [],
    ...(batch.labels ? { labels: { from: "the caller", base: 0 as const } } : {}),
    async *batches() {
      yield batch;
    },
  };
}
