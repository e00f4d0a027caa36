import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { memorySink } from "../../test/support/memorySink.js";
import type { Batch } from "../core/index.js";
import { readArrow } from "./arrow.js";
import { bytesOf } from "./bytes.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";
import { readParquet } from "./parquet.js";
import { openTable } from "./recognise.js";
import type { RawTable, ReadOptions } from "./table.js";
import { formatOfName, type WritableTable, type WriteFormat, writeFormats, writeTable } from "./writeTable.js";

const names = ["cat", "dog, or not", 'b"ird'];
const scores = [8.25, 1.5, -Infinity, 0.1, -2.75, 3e-8, 1e20, -0.1, 7, 5, 5, 5, -1.5, 0.3333333, 2, 0, -0, 1];
const labels = [0, 1, 2, 2, 1, 0];

/** Six rows in batches of 4 and 2. */
function tableOf({ wide = false, classes = names, known = true, beside = true }): WritableTable {
  const values = wide ? Float64Array.from(scores) : Float32Array.from(scores);
  const part = (start: number, end: number): Batch => ({
    kind: wide ? "probs" : "logits",
    values: values.slice(start * 3, end * 3),
    rows: end - start,
    classes: 3,
    offset: start,
    ...(beside && {
      labels: Int32Array.from(labels.slice(start, end)),
      ids: ["a", "b", "ç 語", "d", "", 'f"\n,'].slice(start, end),
      slices: { site: ["x", "y", "x", "y", "x", "y"].slice(start, end) },
    }),
  });
  return {
    classes,
    ...(known && { rows: 6 }),
    async *batches() {
      yield part(0, 4);
      yield part(4, 6);
    },
  };
}

async function written(table: WritableTable, format: WriteFormat): Promise<Uint8Array> {
  const sink = memorySink();
  const { rows } = await writeTable(table, format, sink);
  expect(rows).toBe(6);
  return sink.bytes();
}

interface Read {
  values: number[];
  labels: (string | number)[];
  ids: string[];
  site: string[];
}

async function readAll(table: RawTable): Promise<Read> {
  const all: Read = { values: [], labels: [], ids: [], site: [] };
  for await (const block of table.blocks(4)) {
    all.values.push(...block.values);
    all.labels.push(...(Array.from(block.labels as ArrayLike<number>) ?? []));
    all.ids.push(...(block.ids ?? []));
    all.site.push(...(block.slices?.["site"] ?? []));
  }
  return all;
}

const readers: Partial<Record<WriteFormat, (data: Uint8Array, options: ReadOptions) => Promise<RawTable>>> = {
  npz: (data, options) => readNpz(bytesOf(data), options),
  parquet: (data, options) => readParquet(bytesOf(data), options),
  arrow: (data, options) => readArrow(bytesOf(data), options),
};

async function lines(table: WritableTable): Promise<unknown[]> {
  const text = new TextDecoder().decode(await written(table, "jsonl"));
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("writeTable", () => {
  it.each(["npz", "parquet", "arrow"] as const)("%s gives back what was written, in f4 and f8", async (format) => {
    for (const wide of [false, true]) {
      const data = await written(tableOf({ wide, known: !wide }), format);
      const table = await readers[format]!(data, { sliceColumns: ["site"] });
      expect(table.dtype).toBe(wide ? "f8" : "f4");
      expect(table.columnNames).toEqual(names);
      const read = await readAll(table);
      expect(read.values).toEqual(wide ? scores : Array.from(Float32Array.from(scores)));
      // Labels by class name where the format has no numbers of its own for them.
      expect(read.labels).toEqual(format === "npz" ? labels : labels.map((label) => names[label]));
      expect(read.ids).toEqual(["a", "b", "ç 語", "d", "", 'f"\n,']);
      expect(read.site).toEqual(["x", "y", "x", "y", "x", "y"]);
    }
  });

  it("npy keeps the scores and says what it cannot keep", async () => {
    const sink = memorySink();
    const { notes } = await writeTable(tableOf({}), "npy", sink);
    expect(notes).toEqual(["npy holds one array: labels, ids, slices are not written. npz keeps them."]);
    const table = await readNpy(bytesOf(sink.bytes()), {});
    const values: number[] = [];
    for await (const block of table.blocks(4)) values.push(...block.values);
    expect(values).toEqual(Array.from(Float32Array.from(scores)));
  });

  it.each(["parquet", "arrow"] as const)(
    "%s writes one column of lists when class names would be taken for labels",
    async (format) => {
      const data = await written(tableOf({ classes: ["x", "y", "z"] }), format);
      const table = await readers[format]!(data, { sliceColumns: ["site"] });
      expect([table.columns, table.scoresFrom, table.columnNames]).toEqual([3, "logits", undefined]);
      expect((await readAll(table)).values).toEqual(Array.from(Float32Array.from(scores)));
    },
  );

  it("csv quotes what must be quoted, and writes floats with the digits they need", async () => {
    const text = new TextDecoder().decode(await written(tableOf({}), "csv"));
    expect(text.split("\n").slice(0, 4)).toEqual([
      'id,cat,"dog, or not","b""ird",label,site',
      "a,8.25,1.5,-Infinity,cat,x",
      'b,0.1,-2.75,3e-8,"dog, or not",y',
      'ç 語,1e+20,-0.1,7,"b""ird",x',
    ]);
  });

  it.each(["csv", "tsv", "jsonl"] as const)("%s gives back what was written", async (format) => {
    const data = await written(tableOf({}), format);
    const table = await openTable(bytesOf(data, `a.${format}`), { sliceColumns: ["site"] });
    expect(table.columnNames).toEqual(names);
    const read = await readAll(table);
    expect(Array.from(Float32Array.from(read.values))).toEqual(Array.from(Float32Array.from(scores)));
    expect(read.labels).toEqual(labels.map((label) => names[label]));
    expect(read.ids).toEqual(["a", "b", "ç 語", "d", "", 'f"\n,']);
    expect(read.site).toEqual(["x", "y", "x", "y", "x", "y"]);
  });

  it("jsonl writes objects by class name, or arrays where classes have none", async () => {
    expect((await lines(tableOf({})))[0]).toEqual({
      id: "a",
      logits: { cat: 8.25, "dog, or not": 1.5, 'b"ird': "-Infinity" },
      label: "cat",
      site: "x",
    });
    expect((await lines(tableOf({ classes: ["0", "1", "2"], beside: false })))[1]).toEqual({
      logits: [0.1, -2.75, 3e-8],
    });
  });

  it.each(writeFormats)("%s refuses a table without rows", async (format) => {
    const nothing: WritableTable = { classes: names, async *batches() {} };
    await expect(writeTable(nothing, format, memorySink())).rejects.toMatchObject({
      code: "bad-data",
      message: "Cannot write this table: it must have at least one row, got none",
    });
  });

  it.each(["npy", "npz"] as const)(
    "%s refuses a table with other rows than it said, which its header would get wrong",
    async (format) => {
      for (const rows of [5, 7]) {
        const wrong = { ...tableOf({}), rows };
        await expect(writeTable(wrong, format, memorySink())).rejects.toMatchObject({ code: "bad-data" });
      }
    },
  );

  it("the extension picks the format", () => {
    expect(["a.npz", "b.CSV", "c.ndjson", "d.feather", "e.tsv"].map(formatOfName)).toEqual([
      "npz",
      "csv",
      "jsonl",
      "arrow",
      "tsv",
    ]);
    expect(() => formatOfName("scores.xlsx")).toThrow(
      "its extension must be one of npy, npz, csv, tsv, jsonl, parquet, arrow, got xlsx",
    );
  });
});

describe("written files", () => {
  const folder = fileURLToPath(new URL("../../test/corpus/written/", import.meta.url));
  const files = writeFormats
    .flatMap((format) => [
      { file: `f4.${format}`, format, table: tableOf({}) },
      { file: `f8-lists.${format}`, format, table: tableOf({ wide: true, classes: ["id", "y", "z"], beside: false }) },
    ])
    .filter(({ file }) => !/lists.(csv|tsv)/.test(file));

  // The files were read by numpy, pandas and pyarrow (test/golden/formats_written.py): the same bytes are as right as they were.
  it.each(files)("$file has the bytes that other libraries have read", async ({ file, format, table }) => {
    const data = await written(table, format);
    if (process.env["UPDATE_WRITTEN"]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(folder + file, data);
    }
    expect(existsSync(folder + file)).toBe(true);
    expect(Buffer.compare(data, readFileSync(folder + file))).toBe(0);
  });
});
