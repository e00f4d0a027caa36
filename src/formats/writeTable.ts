import { type Batch, LogitsError } from "../core/index.js";

/** Where bytes go: a file, a response, memory. Bytes may be reused by the writer once `write` is done. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
}

/** What can be written: any `Source` is this. Read more than once when `rows` is not known. */
export interface WritableTable {
  classes: string[];
  rows?: number;
  batches(): AsyncIterable<Batch>;
}

/** What was written, and what the format could not keep. */
export interface Written {
  rows: number;
  notes: string[];
}

export const writeFormats = ["npy", "npz", "csv", "tsv", "jsonl", "parquet", "arrow"] as const;
export type WriteFormat = (typeof writeFormats)[number];

/** The format that a file name asks for by its extension. */
export function formatOfName(name: string): WriteFormat {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? "none";
  const format = ({ ndjson: "jsonl", feather: "arrow" } as Record<string, WriteFormat>)[extension] ?? extension;
  if ((writeFormats as readonly string[]).includes(format)) return format as WriteFormat;
  throw new LogitsError(
    "bad-argument",
    `Cannot write ${name}: its extension must be one of ${writeFormats.join(", ")}, got ${extension}`,
    {
      hint: "The extension picks the format.",
    },
  );
}

/**
 * Writes a table of scores with its labels, ids and slices. Text, npy, npz and Parquet stream; Arrow is put together in memory.
 * Errors: `bad-data` when there are no rows, or names clash.
 *
 * @example await writeTable(await read("val.npz"), "parquet", sink);
 */
export async function writeTable(table: WritableTable, format: WriteFormat, sink: Sink): Promise<Written> {
  switch (format) {
    case "npy":
      return (await import("./writeNpy.js")).writeNpy(table, sink);
    case "npz":
      return (await import("./writeNpz.js")).writeNpz(table, sink);
    case "csv":
      return (await import("./writeCsv.js")).writeCsv(table, sink, ",");
    case "tsv":
      return (await import("./writeCsv.js")).writeCsv(table, sink, "\t");
    case "jsonl":
      return (await import("./writeJsonl.js")).writeJsonl(table, sink);
    case "parquet":
      return (await import("./writeParquet.js")).writeParquet(table, sink);
    case "arrow":
      return (await import("./writeArrow.js")).writeArrow(table, sink);
  }
}

/** What the first batch says about all. */
export interface Outline {
  /** "logits", "probs" or "logprobs": the name the scores are written under. */
  key: Batch["kind"];
  wide: boolean;
  labels: boolean;
  ids: boolean;
  slices: string[];
  /** True when the classes have names of their own, and labels are written as those. */
  named: boolean;
}

export async function outlineOf({ classes, batches }: WritableTable): Promise<Outline> {
  for await (const batch of batches()) {
    if (batch.rows === 0) continue;
    return {
      key: batch.kind,
      wide: batch.values instanceof Float64Array,
      labels: batch.labels !== undefined,
      ids: batch.ids !== undefined,
      slices: Object.keys(batch.slices ?? {}),
      named: classes.some((name, k) => name !== String(k)),
    };
  }
  throw new LogitsError("bad-data", "Cannot write this table: it must have at least one row, got none");
}

export async function countRows(table: WritableTable): Promise<number> {
  if (table.rows !== undefined) return table.rows;
  let rows = 0;
  for await (const batch of table.batches()) rows += batch.rows;
  return rows;
}

/** Names of the columns beside the scores, none of which may be taken twice. */
export function besideNames(
  { labels, ids, slices }: Outline,
  taken: string[],
): { id: string | undefined; label: string | undefined; slices: string[] } {
  const names = { id: ids ? "id" : undefined, label: labels ? "label" : undefined, slices };
  const all = [...taken, ...(ids ? ["id"] : []), ...(labels ? ["label"] : []), ...slices];
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new LogitsError(
      "bad-data",
      `Cannot write this table: the names of its columns must differ, got ${twice} twice`,
      {
        hint: "--classes gives the classes other names; or write jsonl.",
      },
    );
  }
  return names;
}
