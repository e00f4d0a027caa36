import { describe, expect, it } from "vitest";
import { bytesOf } from "./bytes.js";
import { openSource } from "./index.js";
import { openStream } from "./stream.js";
import type { ReadOptions } from "./table.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Pieces that come only when they are asked for; `asked` counts them. */
function pieces(...texts: (string | Uint8Array)[]): { chunks: AsyncIterable<Uint8Array>; asked: () => number } {
  let asked = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const text of texts) {
      asked++;
      yield typeof text === "string" ? bytes(text) : text;
    }
  }
  return { chunks: chunks(), asked: () => asked };
}

async function rowsOf(source: Awaited<ReturnType<typeof openStream>>): Promise<[string | undefined, number[]][]> {
  const rows: [string | undefined, number[]][] = [];
  for await (const { values, rows: count, classes, ids } of source.batches())
    for (let i = 0; i < count; i++) rows.push([ids?.[i], Array.from(values.subarray(i * classes, (i + 1) * classes))]);
  return rows;
}

describe("rows that come", () => {
  it.each<[what: string, options: ReadOptions, texts: string[], after: number]>([
    ["JSON lines whose scores lie on both sides of 0", {}, ["[1,-2]\n", "[3,-4]\n", "[5,-6]\n"], 1],
    ["JSON lines of a stated kind", { kind: "logits" }, ["[1,2]\n", "[3,4]\n", "[5,6]\n"], 1],
    ["flat objects", {}, ['{"a":1,"b":-2}\n', '{"a":3,"b":-4}\n', '{"a":5,"b":-6}\n'], 1],
    ["objects whose line ends twice", {}, ['{"logits":[1,-2],"id":"x"}\n\n', '{"logits":[3,-4],"id":"y"}\n'], 1],
    ["scores above 0, once their sums differ", {}, ["[1,2]\n", "[3,4]\n", "[5,6]\n"], 2],
    ["CSV with a header", {}, ["a,b\n1,-2\n", "3,-4\n", "5,-6\n"], 1],
    ["CSV whose header comes alone", {}, ["a,b\n", "1,-2\n", "3,-4\n"], 2],
    ["CSV that says what is between fields", {}, ["sep=;\na;b\n", "1;-2\n", "3;-4\n"], 2],
    ["CSV without a header", {}, ["1,-2\n", "3,-4\n", "5,-6\n"], 2],
    ["CSV whose records go on over lines", { sliceColumns: ["s"] }, ['a,b,s\n1,-2,"x\n', '\ny"\n', "3,-4,z\n"], 2],
  ])("%s: the first is given after as few pieces as tell what it is", async (_what, options, texts, after) => {
    const { chunks, asked } = pieces(...texts);
    const source = await openStream(chunks, options, "the stream");
    const batches = source.batches()[Symbol.asyncIterator]();
    const first = await batches.next();
    expect(first.value.rows).toBeGreaterThan(0);
    expect(asked()).toBe(after);
    await batches.return?.();
  });

  it.each<[what: string, text: string, options?: ReadOptions]>([
    ["JSON lines", '{"logits":[1.5,-2],"id":"a"}\n{"logits":[3,"-Infinity"],"id":"b"}\r\n\n{"logits":[5,6],"id":"c"}'],
    ["named scores in another order", '{"scores":{"a":1,"b":-2}}\n{"scores":{"b":4,"a":3}}\n'],
    ["flat objects", '{"id":"p","a":1,"b":-2}\n{"id":"q","a":3,"b":4}\n'],
    ["CSV", 'id,a,b\n"x, 1",1.25,-2\ny,3,-inf\n'],
    ["CSV of numbers alone", "1,-2,3\n4,5,6\n"],
    ["CSV with a byte-order mark", "\ufeffa;b\r\n1;-2\r\n3;4"],
    ["probabilities", "0.2512345,0.7487655\n0.1023456,0.8976544\n"],
    ["a JSON document", '{"logits": [[1, -2],\n [3, 4]]}'],
    ["a JSON document in one line", "[[1,-2],[3,4]]"],
    ["one row of JSON", "[1,-2,3]"],
    ["CSV read as asked", "1;-2\n3;4\n", { format: "csv", delimiter: ";" }],
  ])("%s: the same rows, kind and classes as of a file, however they are cut", async (_what, text, options = {}) => {
    const file = await openSource(bytesOf(bytes(text)), options);
    const wanted = await rowsOf(file);
    for (const size of [1, 2, 3, 7, 1000]) {
      const data = bytes(text);
      const cut = Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
        data.subarray(i * size, (i + 1) * size),
      );
      const source = await openStream(pieces(...cut).chunks, options, "the stream");
      expect([source.capture.kind, source.classes]).toEqual([file.capture.kind, file.classes]);
      expect(await rowsOf(source)).toEqual(wanted);
    }
  });

  it("rows that are there together are given together, and labels are left alone", async () => {
    const { chunks } = pieces(`a,b,label\n${"1.5,-2.5,oops\n".repeat(5000)}`, "1.5,-2.5,0\n");
    const source = await openStream(chunks, {}, "the stream");
    const sizes: number[] = [];
    for await (const { rows, offset, labels } of source.batches()) {
      expect([offset, labels]).toEqual([sizes.reduce((a, b) => a + b, 0), undefined]);
      sizes.push(rows);
    }
    expect(sizes).toEqual([4096, 904, 1]);
    expect(source.notes).toContain("Labels of a stream are not read.");
  });

  it.each<[what: string, texts: (string | Uint8Array)[], message: string]>([
    ["nothing", [], "Cannot read the stream: it must not be empty, got 0 bytes"],
    ["blank lines", ["\n\n"], "Cannot read the stream: it must have at least one row, got none"],
    ["one column", ["1\n", "2\n", "3\n"], "one number a row may be the log-odds or the probability"],
    ["UTF-16", [new Uint8Array([0xff, 0xfe, 49, 0])], "text must be UTF-8, got UTF-16"],
    ["zeros and ones", ["[0,1]\n", "[1,0]\n"], "only 0 and 1 occur"],
  ])("%s is refused as in a file", async (_what, texts, message) => {
    await expect(openStream(pieces(...texts).chunks, {}, "the stream")).rejects.toThrow(message);
  });

  it("a later line that is none is refused by its number, after the rows before it", async () => {
    const source = await openStream(pieces("[1,-2]\n", "[3,4]\n", "[5,\n").chunks, {}, "the stream");
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const { rows } of source.batches()) seen.push(rows);
    };
    await expect(all()).rejects.toThrow("Cannot read the stream: line 3 must be JSON");
    expect(seen).toEqual([1, 1]);
  });

  it("a second pass is refused", async () => {
    const source = await openStream(pieces("[1,-2]\n").chunks, {}, "the stream");
    await rowsOf(source);
    await expect(rowsOf(source)).rejects.toThrow("a stream is read once");
  });
});
