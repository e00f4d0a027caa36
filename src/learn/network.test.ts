import { describe, expect, it } from "vitest";
import {
  assess,
  attack,
  fromOnnx,
  linear,
  load,
  network,
  openExamples,
  replicate,
  select,
  toOnnx,
  train,
} from "./index.js";

describe("network", () => {
  it.each<[number[], string]>([
    [[], "none"],
    [[0], "0"],
    [[2.5], "2.5"],
    [[8, 8], "8 × 8"],
  ])("refuses an input of %j", (input, got) => {
    expect(() => network([linear(2)], { input })).toThrow(
      `its input must be [features] or [height, width, channels], each an integer ≥ 1, got ${got}`,
    );
  });
});

describe("a seed", () => {
  const net = network([linear(2)], { input: [1] });
  const examples = { values: Float32Array.of(0.25, 0.5), shape: [1], labels: Int32Array.of(0, 1), classes: ["a", "b"] };
  const uses: [string, (seed: number) => unknown][] = [
    ["build a network", (seed) => network([linear(2)], { input: [1], seed })],
    ["attack", (seed) => attack(net, examples, { seed })],
    ["replicate", (seed) => replicate(net, examples, { seed })],
    ["replicate", (seed) => assess(net, examples, examples, { methods: ["pgd"], seed })],
    ["train", (seed) => train(net, examples, { seed })],
    ["use fashion-mnist", (seed) => openExamples("fashion-mnist", { seed })],
  ];
  it.each(uses)("to %s must be one that is not taken for another", async (action, use) => {
    for (const seed of [-1, 0.5, 2 ** 32, NaN, Infinity])
      await expect((async () => use(seed))()).rejects.toMatchObject({
        code: "bad-argument",
        message: `Cannot ${action}: seed must be an integer 0 … 4294967295, got ${seed}`,
      });
  });
});

describe("load", () => {
  it.each([
    ["/nope", "there is no such file"],
    ["src", "it must be a file, got a folder"],
    ["package.json/net.onnx", "it must be a file in a folder, got one below a file"],
    ["", "there is no such file"],
    ["http://127.0.0.1:9/net.onnx", "there must be an answer, got none (bad port)"],
  ])("refuses %s", async (path, what) => {
    await expect(load(path)).rejects.toMatchObject({ code: "bad-data", message: `Cannot read ${path}: ${what}` });
  });
});

describe("fromOnnx", () => {
  const written = async (): Promise<Uint8Array> => toOnnx(network([linear(2)], { input: [3], classes: ["a", "b"] }));
  const refused = (bytes: Uint8Array): Promise<unknown> =>
    fromOnnx(bytes, "net.onnx").catch((error: { code?: string; message: string }) => [error.code, error.message]);
  const because = (got: string): string[] => [
    "bad-data",
    `Cannot read net.onnx: it must be a network written by this library, got ${got}`,
  ];

  it.each<[string, string, string]>([
    ["no JSON", '"layers":', '"layers"!'],
    ["without layers", '"layers"', '"Layers"'],
    ["of fewer classes", '["a","b"]', '["a b c"]'],
    ["whose input is no shape", "[3]", '"3"'],
  ])("refuses a description %s", async (_, from, to) => {
    const bytes = await written();
    const at = Buffer.from(bytes).indexOf(from);
    expect(at).toBeGreaterThan(0);
    expect(await refused(Uint8Array.from(bytes).fill(0x20, at, at + from.length))).toEqual(because("a damaged one"));
    bytes.set(Buffer.from(to), at);
    expect(await refused(bytes)).toEqual(because("a damaged one"));
  });

  it("refuses an empty file as no model at all", async () => {
    expect(await refused(new Uint8Array())).toEqual(because("another file, or half of one"));
  });
});

describe("select", () => {
  const examples = {
    values: Float32Array.of(0.25, 0.5),
    shape: [1],
    labels: Int32Array.of(0, 1),
    classes: ["a", "b"],
  };
  it("gives the rows that it is asked for, also twice", () => {
    expect(select(examples, [1, 1, 0])).toMatchObject({
      values: Float32Array.of(0.5, 0.5, 0.25),
      labels: Int32Array.of(1, 1, 0),
    });
  });
  it.each([2, -1, 0.5, NaN])("refuses row %s of two", (row) => {
    expect(() => select(examples, [row])).toThrow(`Cannot select examples: a row must be an integer 0 … 1, got ${row}`);
  });
});
