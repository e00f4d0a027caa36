import type { Batch, Source } from "../core/index.js";
import type { Terminal } from "./command.js";

const patience = 1000; // ms before anything is drawn
const interval = 100;

/** The same source; on a terminal, passes that take longer than a second draw a bar on standard error. */
export function withProgress(source: Source, terminal: Terminal): Source {
  if (!terminal.errIsTty) return source;
  return {
    ...source,
    async *batches(options): AsyncIterable<Batch> {
      const started = performance.now();
      let drawn = 0;
      let rows = 0;
      try {
        for await (const batch of source.batches(options)) {
          yield batch;
          rows += batch.rows;
          const now = performance.now();
          if (now - started < patience || now - drawn < interval) continue;
          drawn = now;
          terminal.err(`\r${bar(rows, source.rows)}`);
        }
      } finally {
        if (drawn > 0) terminal.err("\r\x1b[K");
      }
    },
  };
}

/** How far something is; without a total only how much there was. */
export function bar(rows: number, total: number | undefined, what = "rows"): string {
  if (!total) return `${rows.toLocaleString("en")} ${what}`;
  const filled = Math.round((30 * rows) / total);
  return `${"█".repeat(filled)}${"░".repeat(30 - filled)} ${rows.toLocaleString("en")} of ${total.toLocaleString("en")} ${what}`;
}
