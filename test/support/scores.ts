import type { Batch } from "../../src/core/index.js";

/** A batch of logits written out as rows. */
export const scoresOf = (rows: number[][], labels?: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  classes: rows[0]!.length,
  ...(labels ? { labels: Int32Array.from(labels) } : {}),
});

/** Logits whose softmax is these probabilities. */
export const logitsOf = (rows: number[][], labels?: number[]): Batch =>
  scoresOf(
    rows.map((row) => row.map(Math.log)),
    labels,
  );
