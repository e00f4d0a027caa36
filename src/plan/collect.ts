import { checkBatch } from "../core/batch.js";
import { type Batch, LogitsError, type Source } from "../core/index.js";

/** All rows of a source in one batch: for fits, which pass over their rows many times. */
export async function collect(source: Source): Promise<Batch> {
  if (source.rows !== undefined) return fill(source, source.rows);
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
  const whole = emptyLike(first, rows, wide);
  let at = 0;
  for (const part of parts) at = append(whole, part, at);
  return whole;
}

/** The same where the number of rows is known: nothing is held twice. */
async function fill(source: Source, rows: number): Promise<Batch> {
  let whole: Batch | undefined;
  let at = 0;
  for await (const batch of source.batches({ reuse: true })) {
    whole ??= emptyLike(batch, rows, batch.values instanceof Float64Array);
    if (batch.values instanceof Float64Array && whole.values instanceof Float32Array)
      whole.values = Float64Array.from(whole.values);
    at = append(whole, batch, at);
  }
  if (!whole || at !== rows)
    throw new LogitsError("bad-data", `Cannot use this table: it must have ${rows} rows as it says, got ${at}`);
  return whole;
}

function emptyLike(first: Batch, rows: number, wide: boolean): Batch {
  const { kind, classes } = first;
  const values = wide ? new Float64Array(rows * classes) : new Float32Array(rows * classes);
  const whole: Batch = { kind, values, rows, classes, offset: 0 };
  if (first.labels) whole.labels = new Int32Array(rows);
  if (first.ids) whole.ids = [];
  if (first.slices) whole.slices = Object.fromEntries(Object.keys(first.slices).map((name) => [name, [] as string[]]));
  return whole;
}

/** Copies rows to row `at` on; returns the next. */
function append(whole: Batch, part: Batch, at: number): number {
  whole.values.set(part.values, at * whole.classes);
  if (part.labels) whole.labels?.set(part.labels, at);
  // Of files that are joined, some may have no ids or slices: the others' must stay beside their rows.
  for (let row = 0; row < part.rows; row++) {
    whole.ids?.push(part.ids?.[row] ?? String(at + row));
    for (const [name, column] of Object.entries(whole.slices ?? {})) column.push(part.slices?.[name]?.[row] ?? "");
  }
  return at + part.rows;
}

/**
 * A source of rows that are already in memory, with the names of their classes: what `threshold`, `calibrate` and all the others take.
 *
 * @param classes one name a column, none twice; default "0", "1", …
 * @throws "bad-data" where shapes do not belong together or a label is no class, "bad-argument" for another number of names or one that is given twice.
 * @example
 *     const data = sourceOf(batch, ["normal", "dos", "probe"]);
 *     await threshold(data, { positive: "not:normal", maxFpr: 0.01 });
 */
export function sourceOf(batch: Batch, classes?: readonly string[]): Source {
  checkBatch(batch);
  if (classes && (classes.length !== batch.classes || new Set(classes).size !== classes.length))
    throw new LogitsError(
      "bad-argument",
      `Cannot name the classes: there must be ${batch.classes} names, none twice, got ${classes.join(", ")}`,
    );
  return {
    capture: { kind: batch.kind, stage: "unknown", coverage: "full" },
    classes: classes ? [...classes] : Array.from({ length: batch.classes }, (_, k) => String(k)),
    rows: batch.rows,
    dtype: batch.values instanceof Float32Array ? "f4" : "f8",
    notes: [],
    ...(batch.labels ? { labels: { from: "the caller", base: 0 as const } } : {}),
    async *batches() {
      yield batch;
    },
  };
}
