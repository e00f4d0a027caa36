import { type Batch, LogitsError, type Source } from "../core/index.js";
import { nameOf } from "./bytes.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "./table.js";

/** Opens a file of scores, whatever its format. */
export async function openSource(bytes: Bytes, options: ReadOptions = {}): Promise<Source> {
  const head = await bytes.slice(0, Math.min(8, bytes.byteLength));
  const table =
    head[0] === 0x50 && head[1] === 0x4b
      ? await (await import("./npz.js")).readNpz(bytes, options)
      : await (await import("./npy.js")).readNpy(bytes, options);
  return sourceOfTable(table, options, nameOf(bytes));
}

function sourceOfTable(table: RawTable, options: ReadOptions, file: string): Source {
  const named = table.scoresFrom === "logits" || table.scoresFrom === "probs" ? table.scoresFrom : undefined;
  const kind = options.kind ?? named;
  if (kind !== "logits" && kind !== "probs" && kind !== "logprobs") {
    throw new LogitsError("ambiguous", `Cannot read ${file}: its numbers must say what they are, got no name for them`, { hint: "--kind logits, logprobs or probs settles it." });
  }
  const rowsPerBatch = Math.max(1, Math.min(4096, Math.floor(2 ** 20 / table.columns)));
  return {
    capture: { kind, stage: "unknown", coverage: "full" },
    classes: options.classes ?? table.columnNames ?? Array.from({ length: table.columns }, (_, k) => String(k)),
    ...(table.rows === undefined ? {} : { rows: table.rows }),
    dtype: table.dtype,
    ...(table.labelsFrom === undefined ? {} : { labels: { from: table.labelsFrom, base: 0 as const } }),
    notes: [...table.notes, `Read as ${kind}: ${table.rows} × ${table.columns}`],
    async *batches() {
      let offset = 0;
      for await (const block of table.blocks(rowsPerBatch)) {
        yield batchOf(block, table, kind, offset);
        offset += block.rows;
      }
    },
  };
}

function batchOf(block: RawBlock, table: RawTable, kind: Batch["kind"], offset: number): Batch {
  const batch: Batch = { kind, values: block.values.slice(), rows: block.rows, classes: table.columns, offset };
  if (block.labels) batch.labels = Int32Array.from(block.labels as ArrayLike<number>, Number);
  if (block.ids) batch.ids = block.ids;
  if (block.slices) batch.slices = block.slices;
  return batch;
}

export function concatSources(sources: Source[]): Source {
  return sources[0]!;
}

export { bytesOf } from "./bytes.js";
export type { Bytes, ReadOptions } from "./table.js";
