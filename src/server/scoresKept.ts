import type { Batch } from "../core/index.js";
import { pendingHash, sha256Hex } from "./audit/record.js";

/** Which scores a record holds: all, none but their hash, or those of requests up to `most` bytes. */
export type Keep = "logits" | "hash" | "auto";

const most = 64 << 10;

/**
 * Scores of a request as a record keeps them: their bytes, or a hash of them, and the JSON that says which.
 *
 * @param own nobody reads the scores any more: where they are many, hashing them is left to the trail's thread, which takes their memory.
 */
export function scoresKept(
  batch: Batch,
  keep: Keep,
  own = false,
): { scores?: Uint8Array; hashed?: Uint8Array<ArrayBuffer>; json: string } {
  const { kind, rows, classes } = batch;
  const values = narrowest(batch.values);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const dtype = values instanceof Float32Array ? "f4" : "f8";
  const shape = `"numbers":"${kind}","rows":${rows},"classes":${classes},"dtype":"${dtype}"`;
  if (keep === "logits" || (keep === "auto" && bytes.length <= most)) return { scores: bytes, json: shape };
  const whole = bytes.length === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  if (own && whole && bytes.length > most)
    return { hashed: bytes as Uint8Array<ArrayBuffer>, json: `${shape},${pendingHash}` };
  return { json: `${shape},"sha256":"${sha256Hex(bytes)}"` };
}

/** f32 where that loses nothing: half the bytes. */
function narrowest(values: Batch["values"]): Batch["values"] {
  if (values instanceof Float32Array) return values;
  for (let i = 0; i < values.length; i++) if (Math.fround(values[i]!) !== values[i]) return values;
  return Float32Array.from(values);
}

/** The batch that a record's scores are. */
export function batchOf(
  shape: { numbers: Batch["kind"]; rows: number; classes: number; dtype: string },
  scores: Uint8Array,
): Batch {
  const { buffer } = Uint8Array.from(scores);
  const values = shape.dtype === "f4" ? new Float32Array(buffer) : new Float64Array(buffer);
  return { kind: shape.numbers, values, rows: shape.rows, classes: shape.classes };
}
