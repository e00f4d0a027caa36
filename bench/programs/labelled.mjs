import { readFileSync } from "node:fs";
import { collect, read } from "../../dist/index.js";

/** The rows of LOGITS.npy with the i64 labels of LABELS.npy. */
export async function labelled(logits, labelsFile) {
  const batch = await collect(await read(logits, { kind: "logits" }));
  const bytes = readFileSync(labelsFile);
  const start = bytes.byteOffset + 10 + bytes.readUInt16LE(8);
  // Labels fit into the low half of each little-endian i8.
  const halves = new Int32Array(bytes.buffer.slice(start, bytes.byteOffset + bytes.byteLength));
  const labels = new Int32Array(batch.rows);
  for (let row = 0; row < batch.rows; row++) labels[row] = halves[2 * row];
  return { ...batch, labels };
}

/** What the benchmark reads: a number to compare, and the most memory this process held, in MiB. */
export function answer(value) {
  process.stdout.write(`${JSON.stringify({ value, peak: peakKiB() / 1024 })}\n`);
}

/** Linux counts into the usage of a process what its parent held when it was forked; the high-water mark begins with the program. */
function peakKiB() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
