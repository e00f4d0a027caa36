import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";
import type { Batch } from "../../src/core/index.js";

/** Real scores with goldens that lie beside a checkout, when they do. */
const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

export const hasSharedData: boolean = existsSync(`${folder}golden.json`);

export const shared = (name: string): string => folder + name;

// biome-ignore lint: goldens are whatever they are
export const goldens = (): any => JSON.parse(readFileSync(shared("golden.json"), "utf8"));

/** f4 scores and i8 labels of an npz, read by code that shares nothing with the package's own readers. */
export function plainNpz(name: string): Batch {
  const zip = readFileSync(shared(name));
  const arrays = new Map<string, { shape: number[]; data: Buffer; dtype: string }>();
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [nameLength, extra, comment] = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ];
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const stored = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const npy = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(stored) : stored;
    const text = npy.toString("latin1", 10, 10 + npy.readUInt16LE(8));
    arrays.set(zip.toString("utf8", at + 46, at + 46 + nameLength).replace(".npy", ""), {
      dtype: /'descr': '(.*?)'/.exec(text)![1]!,
      shape: /\((.*?)\)/
        .exec(text)![1]!
        .split(",")
        .filter((size) => size.trim())
        .map(Number),
      data: Buffer.from(npy.subarray(10 + npy.readUInt16LE(8))),
    });
    at += 46 + nameLength + extra + comment;
  }
  const scores = (arrays.get("logits") ?? arrays.get("probs"))!;
  const labels = arrays.get("labels");
  const values = new Float32Array(scores.data.buffer, scores.data.byteOffset, scores.data.length / 4);
  const batch: Batch = {
    kind: arrays.has("logits") ? "logits" : "probs",
    values,
    rows: scores.shape[0]!,
    classes: scores.shape[1]!,
  };
  if (labels) {
    const wide = labels.dtype.endsWith("8");
    batch.labels = Int32Array.from({ length: batch.rows }, (_, i) =>
      wide ? Number(labels.data.readBigInt64LE(8 * i)) : labels.data.readInt32LE(4 * i),
    );
  }
  return batch;
}
