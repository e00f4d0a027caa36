import type { Batch } from "./types.js";

/** A 64-bit FNV-1a hash of the scores and labels of a batch, as 16 hex digits: says which rows a calibrator was fitted on, protects nothing. */
export function hashBatch(batch: Batch): string {
  // Two 32-bit lanes with different starts; words instead of bytes, since this only tells files apart.
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  const mix = (word: number): void => {
    low = Math.imul(low ^ word, 0x01000193);
    high = Math.imul(high ^ word, 0x01000193) ^ (low >>> 15);
  };
  const scratch = new Float64Array(1);
  const words = new Uint32Array(scratch.buffer);
  for (const value of batch.values) {
    scratch[0] = value;
    mix(words[0]!);
    mix(words[1]!);
  }
  for (const label of batch.labels ?? []) mix(label);
  return [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

/** On which rows, and when, a document was fitted. */
export function fittedOn(batch: Batch): { rows: number; hash: string; date: string } {
  return { rows: batch.rows, hash: hashBatch(batch), date: new Date().toISOString().slice(0, 10) };
}
