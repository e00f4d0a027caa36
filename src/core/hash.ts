import type { Batch } from "./types.js";

/** Scores at a time. */
const together = 4096;

/** A 64-bit FNV-1a hash of the scores and labels of a batch, as 16 hex digits: says which rows a calibrator was fitted on, protects nothing. */
export function hashBatch(batch: Batch): string {
  // Two 32-bit lanes with different starts; words instead of bytes, since this only tells files apart.
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  const mix = (words: Int32Array): void => {
    for (let i = 0; i < words.length; i++) {
      low = Math.imul(low ^ words[i]!, 0x01000193);
      high = Math.imul(high ^ words[i]!, 0x01000193) ^ (low >>> 15);
    }
  };
  const scratch = new Float64Array(together);
  for (let start = 0; start < batch.values.length; start += together) {
    const count = Math.min(together, batch.values.length - start);
    for (let i = 0; i < count; i++) scratch[i] = batch.values[start + i]!;
    mix(new Int32Array(scratch.buffer, 0, 2 * count));
  }
  if (batch.labels) mix(batch.labels);
  return [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

/** On which rows, and when, a document was fitted. */
export function fittedOn(batch: Batch): { rows: number; hash: string; date: string } {
  return { rows: batch.rows, hash: hashBatch(batch), date: new Date().toISOString().slice(0, 10) };
}
