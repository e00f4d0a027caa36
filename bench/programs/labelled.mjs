import { readFileSync } from "node:fs";
import { collect, read } from "../../dist/index.js";

/** The rows of LOGITS.npy with the i64 labels of LABELS.npy. */
export async function labelled(logits, labels) {
  const batch = await collect(await read(logits, { kind: "logits" }));
  const bytes = readFileSync(labels);
  const start = bytes.byteOffset + 10 + bytes.readUInt16LE(8);
  const longs = new BigInt64Array(bytes.buffer.slice(start, bytes.byteOffset + bytes.byteLength));
  return { ...batch, labels: Int32Array.from(longs, Number) };
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
