import { describe, expect, it } from "vitest";
import { memorySink } from "../../test/support/memorySink.js";
import type { Batch } from "../core/index.js";
import { bytesOf } from "./bytes.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";
import { readParquet } from "./parquet.js";
import type { Bytes, RawTable } from "./table.js";
import { type WriteFormat, writeTable } from "./writeTable.js";

const rows = 20_000;
const classes = 100;
const values = Float32Array.from({ length: rows * classes }, (_, i) => Math.fround(Math.sin(i)));

async function file(format: WriteFormat, names: string[]): Promise<Uint8Array> {
  const sink = memorySink();
  async function* batches(): AsyncGenerator<Batch> {
    yield { kind: "logits", values, rows, classes, labels: new Int32Array(rows) };
  }
  await writeTable({ classes: names, rows, batches }, format, sink);
  return sink.bytes();
}

/** Bytes that count what is read of them. */
function counted(data: Uint8Array): { bytes: Bytes; reads: number[] } {
  const reads: number[] = [];
  const inner = bytesOf(data, "f");
  return { bytes: { ...inner, slice: (start, end) => (reads.push(end - start), inner.slice(start, end)) }, reads };
}

describe("streaming", () => {
  const plain = Array.from({ length: classes }, (_, k) => String(k));
  it.each<[WriteFormat, string[], (bytes: Bytes) => Promise<RawTable>, most: number, again: number]>([
    ["npy", plain, (bytes) => readNpy(bytes, {}), 1000 * classes * 4, 1.01],
    ["npz", plain, (bytes) => readNpz(bytes, {}), 1000 * classes * 4, 1.01],
    // Pages of some 1 MiB, 4 MiB read ahead: a page across the end is read again.
    // A name that would be taken for the label makes the writer use one column of lists.
    ["parquet", ["y", ...plain.slice(1)], (bytes) => readParquet(bytes, {}), 2 ** 22, 1.3],
  ])(
    "%s is read in small pieces, once in a pass, into memory that is used again",
    async (format, names, read, most, again) => {
      const data = await file(format, names);
      const { bytes, reads } = counted(data);
      const table = await read(bytes);
      for (const pass of [1, 2]) {
        reads.length = 0;
        const buffers = new Set<ArrayBufferLike>();
        let row = 0;
        for await (const block of table.blocks(1000)) {
          buffers.add(block.values.buffer);
          expect(
            Buffer.compare(
              new Uint8Array(block.values.buffer, block.values.byteOffset, block.values.byteLength),
              new Uint8Array(values.buffer, row * classes * 4, block.rows * classes * 4),
            ),
          ).toBe(0);
          row += block.rows;
        }
        expect(row).toBe(rows);
        expect(buffers.size).toBe(1);
        expect(Math.max(...reads)).toBeLessThanOrEqual(most);
        expect(
          reads.reduce((n, size) => n + size, 0),
          `pass ${pass}`,
        ).toBeLessThan(data.length * again);
      }
    },
  );
});
