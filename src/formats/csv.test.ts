import { afterEach, describe, expect, it } from "vitest";
import { type Implementation, useImplementation } from "../kernels/index.js";
import { bytesOf } from "./bytes.js";
import { readCsv } from "./csv.js";
import { chunkBytes } from "./limits.js";
import { openSource } from "./index.js";
import type { Bytes, RawTable } from "./table.js";

afterEach(() => useImplementation());

const rows = 60_000;
const fieldsOf = (row: number): string[] => {
  const id = row === 40_000 ? "x".repeat(3 * chunkBytes) : `row ${row}${row % 1000 === 1 ? ", é" : ""}`;
  const numbers = [String(Math.fround(Math.sin(row))), (row / 7).toPrecision(9), String(-row)];
  if (row % 5000 === 2) numbers[1] = "0x10";
  if (row % 3000 === 3) numbers[2] = "-inf";
  return [id, ...numbers, String(row % 3)];
};
/** Every kind of line there is, far more of them than are read at a time. */
const lineOf = (row: number): string => {
  const [id, ...rest] = fieldsOf(row);
  const quoted = row % 1000 === 1 || row % 777 === 0;
  const more = row % 7000 === 5 ? '\n"",2\n' : "";
  const text = quoted || more ? `"${id}${more.replaceAll('"', '""')}"` : id;
  return `${[text, ...rest].join(",")}${row % 100 === 0 ? "\r\n\r\n" : "\n"}`;
};
const idOf = (row: number): string => fieldsOf(row)[0]! + (row % 7000 === 5 ? '\n"",2\n' : "");
const text = `\uFEFFid,a,b,c,label\n${Array.from({ length: rows }, (_, row) => lineOf(row)).join("")}`.trimEnd();
const table = new TextEncoder().encode(text);

function counted(data: Uint8Array): { bytes: Bytes; reads: number[] } {
  const reads: number[] = [];
  const inner = bytesOf(data, "a.csv");
  return { bytes: { ...inner, slice: (start, end) => (reads.push(end - start), inner.slice(start, end)) }, reads };
}

describe.each<Implementation>(["wasm", "reference"])("a large text table, %s", (which) => {
  const open = (bytes: Bytes): Promise<RawTable> => {
    useImplementation(which);
    return readCsv(bytes, {});
  };

  it("is read in small pieces, once in a pass, into memory that is used again", async () => {
    const { bytes, reads } = counted(table);
    const raw = await open(bytes);
    for (const _ of [1, 2]) {
      reads.length = 0;
      const buffers = new Set<ArrayBufferLike>();
      let row = 0;
      for await (const { rows: count, values, ids, labels } of raw.blocks(1000)) {
        buffers.add(values.buffer);
        for (let i = 0; i < count; i++, row++) {
          const numbers = fieldsOf(row)
            .slice(1, 4)
            .map((field) => Number(field.replace("-inf", "-Infinity")));
          const got = [ids![i], labels![i], ...values.subarray(3 * i, 3 * i + 3)];
          const expected = [idOf(row), String(row % 3), ...numbers];
          if (got.some((value, k) => !Object.is(value, expected[k]))) expect(got).toEqual(expected);
        }
      }
      expect(row).toBe(rows);
      expect(buffers.size).toBe(1);
      expect(Math.max(...reads)).toBeLessThanOrEqual(chunkBytes);
      expect(reads.reduce((sum, size) => sum + size, 0)).toBe(table.length);
    }
  });

  it("says the line of what is wrong, far down", async () => {
    const lines = Array.from({ length: 50_000 }, (_, k) => `${k},${-k}${k % 50 === 0 ? "\n" : ""}`);
    lines[45_000] = "1,oops";
    const line = 2 + lines.slice(0, 45_000).reduce((sum, each) => sum + each.split("\n").length, 0);
    const raw = await open(bytesOf(new TextEncoder().encode(`a,b\n${lines.join("\n")}`), "a.csv"));
    const all = async (): Promise<void> => {
      for await (const block of raw.blocks(4096)) expect(block.rows).toBeGreaterThan(0);
    };
    await expect(all()).rejects.toThrow(`column b must be a number, got "oops" at line ${line}`);
  });

  it("text that is not UTF-8 is refused, far down", async () => {
    const data = new TextEncoder().encode(`id,a,b\n${"x,1,-2\n".repeat(200_000)}`);
    data[data.length - 7] = 0xe9;
    const raw = await open(bytesOf(data, "a.csv"));
    const all = async (): Promise<void> => {
      for await (const block of raw.blocks(4096)) expect(block.rows).toBeGreaterThan(0);
    };
    await expect(all()).rejects.toThrow("text must be UTF-8");
  });
});

describe("a file that breaks while the next piece of it is read", () => {
  const data = new TextEncoder().encode("1,2\n".repeat(chunkBytes));
  // 4 pieces; the third cannot be read.
  const broken = async (start: number, into: Uint8Array): Promise<void> => {
    if (start >= 2 * chunkBytes) throw new Error("the disk is gone");
    into.set(data.subarray(start, start + into.length));
  };
  const open = (): Promise<RawTable> => readCsv({ ...bytesOf(data, "a.csv"), readInto: broken }, {});

  it("gives the rows before, then the error", async () => {
    let read = 0;
    const all = async (): Promise<void> => {
      for await (const block of (await open()).blocks(4096)) read += block.rows;
    };
    await expect(all()).rejects.toThrow("the disk is gone");
    expect(read).toBeGreaterThan(chunkBytes / 4);
  });

  it("is no error to one who does not read on", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    let read = 0;
    for await (const block of (await open()).blocks(4096)) {
      read += block.rows;
      if (read > (1.5 * chunkBytes) / 4) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

it("a source gives the same batches in every pass, what its survey has read and what it has not", async () => {
  const data = new TextEncoder().encode(
    `a,b,label\n${Array.from({ length: 10_000 }, (_, k) => `${k / 3},${-k - 0.5},${k % 2}\n`).join("")}`,
  );
  const source = await openSource(bytesOf(data, "a.csv"), {});
  for (const _ of [1, 2]) {
    let row = 0;
    for await (const batch of source.batches()) {
      expect(batch.offset).toBe(row);
      for (let i = 0; i < batch.rows; i++, row++) {
        expect([batch.values[2 * i], batch.values[2 * i + 1], batch.labels![i]]).toEqual([
          row / 3,
          -row - 0.5,
          row % 2,
        ]);
      }
    }
    expect(row).toBe(10_000);
  }
});

it("batches that are kept stay as they are, those of the survey too", async () => {
  const columns = 50;
  const at = (row: number, k: number): number => row / 8 - k;
  const lines = Array.from({ length: 12_000 }, (_, row) =>
    Array.from({ length: columns }, (_field, k) => at(row, k)).join(","),
  );
  const source = await openSource(bytesOf(new TextEncoder().encode(`${lines.join("\n")}\n`), "a.csv"), {
    kind: "logits",
  });
  const batches = [];
  for await (const batch of source.batches()) batches.push(batch);
  expect(batches.map(({ rows: count }) => count)).toEqual([4096, 4096, 3808]);
  for (const { values, offset, rows: count } of batches)
    for (let i = 0; i < count * columns; i++) {
      const expected = at(offset! + Math.floor(i / columns), i % columns);
      if (values[i] !== expected) expect([offset, i, values[i]]).toEqual([offset, i, expected]);
    }
});

it("letters of two bytes may lie anywhere in a long first line", async () => {
  for (const start of ["", "x"]) {
    const names = Array.from({ length: 9000 }, (_, k) => `${start}é${k}üöäß`);
    const text = `${names.join(",")}\n${names.map((_, k) => k / 2).join(",")}\n`;
    const table = await readCsv(bytesOf(new TextEncoder().encode(text), "a.csv"), {});
    expect(table.columnNames).toEqual(names);
  }
});
