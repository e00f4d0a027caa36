import { bytesOf, openSource, type ReadOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import { npy, storedZip } from "../../test/support/npyFiles.js";
import type { Batch } from "../core/index.js";

async function read(name: string, content: string | Uint8Array, options: ReadOptions): Promise<Batch> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for await (const batch of (await openSource(bytesOf(bytes, name), options)).batches()) return batch;
  throw new Error("no rows");
}

const scores = npy("<f8", [2, 2], Float64Array.of(1.5, -2, -3, 4.25));
const labels = npy("|u1", [2], Uint8Array.of(0, 0));
const truth = npy("|u1", [2], Uint8Array.of(0, 1));
const arrays = storedZip({ "logits.npy": scores, "labels.npy": labels, "reviewed.npy": truth });
const table = "cat,dog,reviewed\n1.5,-2,0\n-3,4.25,1\n";
const rows =
  '{"logits":[1.5,-2],"reviewed":0,"key":"a","site":"x"}\n{"logits":[-3,4.25],"reviewed":1,"key":"b","site":"y"}\n';
const document =
  '{"logits":[[1.5,-2],[-3,4.25]],"labels":[0,0],"reviewed":[0,1],"key":["a","b"],"site":["x","y"],"weight":[1,2]}';

describe("labels that are named are the labels, whether an array or a column is named", () => {
  it.each<[string, string, string | Uint8Array]>([
    ["an npz that has labels too", "a.npz", arrays],
    ["a table", "a.csv", table],
    ["JSON lines", "a.jsonl", rows],
    ["a JSON document of arrays, which has labels too", "a.json", document],
  ])("of %s", async (_, name, content) => {
    for (const option of ["labelsKey", "labelsColumn"])
      expect([...(await read(name, content, { [option]: "reviewed" })).labels!]).toEqual([0, 1]);
  });

  it("of a JSON document with one row", async () => {
    const one = '{"logits":[1.5,-2],"truth":0,"reviewed":1}';
    expect([...(await read("a.json", one, { labelsKey: "reviewed" })).labels!]).toEqual([1]);
    expect([...(await read("a.json", one, {})).labels!]).toEqual([0]);
  });

  it("and so are ids and slices of a JSON document of arrays", async () => {
    const { ids, slices } = await read("a.json", document, { idColumn: "key", sliceColumns: ["site", "weight"] });
    expect([ids, slices]).toEqual([["a", "b"], { site: ["x", "y"], weight: ["1", "2"] }]);
  });
});

describe("a name that is not there is refused", () => {
  it.each<[string, string, string | Uint8Array, ReadOptions, RegExp]>([
    ["labels of an npz", "a.npz", arrays, { labelsColumn: "review" }, /key of the labels must be one of .*got review/],
    ["labels of an npy, which has none", "a.npy", scores, { labelsKey: "y" }, /an npy file must hold one array/],
    ["labels of a table", "a.csv", table, { labelsKey: "review" }, /label column must be one of .*got review/],
    ["labels of JSON lines", "a.jsonl", rows, { labelsKey: "review" }, /a row must have review/],
    ["ids of JSON lines", "a.jsonl", rows, { idColumn: "name" }, /a row must have name/],
    ["a slice of JSON lines", "a.jsonl", rows, { sliceColumns: ["month"] }, /a row must have month/],
    ["labels of rows without names", "a.jsonl", "[1,-2]\n[3,4.5]", { labelsColumn: "y" }, /a row must have y/],
    ["labels of a JSON document", "a.json", document, { labelsKey: "review" }, /review must be an array, got nothing/],
    ["a slice of a JSON document", "a.json", document, { sliceColumns: ["month"] }, /month must be an array/],
    ["a kind", "a.csv", table, { kind: "prob" as "probs", labelsColumn: "reviewed" }, /kind must be one of .*got prob/],
    ["a class that has another's", "a.csv", table, { classes: ["a", "a"], labelsColumn: "reviewed" }, /got a twice/],
    ["a class without one", "a.csv", table, { classes: ["a", ""], labelsColumn: "reviewed" }, /got an empty one/],
  ])("%s", async (_, name, content, options, message) => {
    await expect(read(name, content, options)).rejects.toThrow(message);
  });
});
