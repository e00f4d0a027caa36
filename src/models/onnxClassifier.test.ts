import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Node, onnxFile } from "../../test/support/onnxFiles.js";
import { softmax } from "../core/math/index.js";
import { builtInModel, onnxClassifier } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "logits-classifier-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weights = { w: { dims: [2, 3], values: [1, 2, 3, -1, 0, 50] }, b: { dims: [3], values: [0.5, -0.5, 0] } };
const linear: Node = { op: "Gemm", input: ["x", "w", "b"], output: "z" };
const axis = { axis: -1 };
const shape3 = { shape: { dims: [2], values: [-1, 3], integers: true } };
const axes = { axes: { dims: [1], values: [1], integers: true } };

function save(
  name: string,
  nodes: Node[],
  outputs = ["p"],
  constants: object = weights,
  shape: (number | string)[] = [2],
): string {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, onnxFile(nodes, constants as typeof weights, shape, outputs));
  return path;
}

/** z = x W + b, by hand. */
const expected = [
  [1 - 2 + 0.5, 2 - 0.5, 3 + 100],
  [0.25 + 0.5, 0.5 - 0.5, 0.75],
];
const x = Float32Array.of(1, 2, 0.25, 0);

describe("a classifier in ONNX gives what enters its last softmax", () => {
  it.each<[string, Node[], RegExp, object?]>([
    [
      "Softmax",
      [linear, { op: "Softmax", input: ["z"], output: "p", attributes: axis }],
      /before its Softmax \(Softmax_p\): the logits are the tensor z/,
    ],
    [
      "LogSoftmax",
      [linear, { op: "LogSoftmax", input: ["z"], output: "p", attributes: axis }],
      /before its LogSoftmax/,
    ],
    ["Sigmoid", [linear, { op: "Sigmoid", input: ["z"], output: "p" }], /before its Sigmoid/],
    [
      "Softmax-then-copies",
      [
        linear,
        { op: "Softmax", input: ["z"], output: "s", attributes: axis },
        { op: "Identity", input: ["s"], output: "i" },
        { op: "Reshape", input: ["i", "shape"], output: "p" },
      ],
      /before its Softmax \(Softmax_s\)/,
      { ...weights, ...shape3 },
    ],
    [
      "written-out",
      [
        linear,
        { op: "ReduceMax", input: ["z"], output: "m", attributes: { axes: [1], keepdims: 1 } },
        { op: "Sub", input: ["z", "m"], output: "d" },
        { op: "Exp", input: ["d"], output: "e" },
        { op: "ReduceSum", input: ["e", "axes"], output: "t", attributes: { keepdims: 1 } },
        { op: "Div", input: ["e", "t"], output: "p" },
      ],
      /before a softmax written out as exp and sum/,
      { ...weights, ...axes },
    ],
    ["no-softmax", [{ ...linear, output: "p" }], /Output p is taken as it is: no softmax or sigmoid/],
  ])("%s", async (name, nodes, note, constants) => {
    const classifier = await onnxClassifier(save(name, nodes, ["p"], constants));
    const copy = x.slice();
    const { values, rows, classes } = await classifier.run(x, [2, 2]);
    expect([rows, classes]).toEqual([2, 3]);
    expect(Array.from(values)).toEqual(expected.flat());
    expect(classifier.notes[0]).toMatch(note);
    expect(x).toEqual(copy);
    await classifier.close();
  });

  it("keeps what a softmax in f32 loses: the runner-up of a row whose winner has probability 1", async () => {
    const classifier = await onnxClassifier(
      save("sure", [linear, { op: "Softmax", input: ["z"], output: "p", attributes: axis }]),
    );
    const { values } = await classifier.run(x.subarray(0, 2), [1, 2]);
    expect(softmax(Float32Array.from(values))[2]).toBe(1);
    expect(values[1]! - values[0]!).toBeCloseTo(2, 5);
    await classifier.close();
  });

  it("makes two classes of one sigmoid: the log-odds of yes", async () => {
    const one = { w: { dims: [2, 1], values: [1, 2] }, b: { dims: [1], values: [0] } };
    const path = save("binary", [linear, { op: "Sigmoid", input: ["z"], output: "p" }], ["p"], one);
    const classifier = await onnxClassifier(path);
    expect(await classifier.run(x, [2, 2])).toMatchObject({ classes: 2, values: Float32Array.of(0, 5, 0, 0.25) });
    expect(classifier.notes[1]).toMatch(/no and yes/);
    await classifier.close();
  });

  it("takes the last axis as classes: scores at positions are rows, a map of scores is refused", async () => {
    const shapes = {
      positions: { dims: [3], values: [-1, 3, 1], integers: true },
      map: { dims: [4], values: [-1, 1, 1, 3], integers: true },
    };
    const reshape = (to: string): Node[] => [
      { ...linear, output: "z" },
      { op: "Reshape", input: ["z", to], output: "p" },
    ];
    const letters = { ...shapes, positions: { dims: [3], values: [1, -1, 3], integers: true } };
    const read = await onnxClassifier(save("letters", reshape("positions"), ["p"], { ...weights, ...letters }));
    expect(await read.run(x, [2, 2])).toEqual({ values: Float32Array.from(expected.flat()), rows: 2, classes: 3 });
    const trailing = await onnxClassifier(save("trailing", reshape("positions"), ["p"], { ...weights, ...shapes }));
    expect(await trailing.run(x, [2, 2])).toMatchObject({ rows: 2, classes: 3 });
    const map = await onnxClassifier(save("map", reshape("map"), ["p"], { ...weights, ...shapes }));
    await expect(map.run(x, [2, 2])).rejects.toThrow(/items × positions × classes, got items × 1 × 1 × 3/);
  });

  it("looks for the output that ends in a softmax, or cuts the one it is told", async () => {
    const nodes: Node[] = [
      linear,
      { op: "Softmax", input: ["z"], output: "p", attributes: axis },
      { op: "Neg", input: ["x"], output: "features" },
    ];
    const path = save("two", nodes, ["features", "p"]);
    const found = await onnxClassifier(path);
    expect((await found.run(x, [2, 2])).classes).toBe(3);
    const told = await onnxClassifier(path, { output: "features" });
    expect(Array.from((await told.run(x, [2, 2])).values)).toEqual([-1, -2, -0.25, -0]);
    await expect(onnxClassifier(path, { output: "q" })).rejects.toThrow(/must be features or p, got q/);
    await found.close();
    await told.close();
  });

  it("evaluates many rows in steps, to the same numbers", async () => {
    const path = save("steps", [linear, { op: "Softmax", input: ["z"], output: "p", attributes: axis }]);
    const many = Float32Array.from({ length: 2 * 77 }, (_, i) => Math.sin(i));
    const [whole, steps] = [await onnxClassifier(path, { rows: 100 }), await onnxClassifier(path, { rows: 8 })];
    expect(await steps.run(many, [77, 2])).toEqual(await whole.run(many, [77, 2]));
    await whole.close();
    await steps.close();
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "a file that is no model",
      async () => onnxClassifier(builtInModel.gguf),
      /must be an ONNX model, got another file/,
    ],
    ["a language model", async () => onnxClassifier(builtInModel.onnx), /must have one input, got input_ids/],
    [
      "items of another shape",
      async () => (await onnxClassifier(save("shape", [{ ...linear, output: "p" }]))).run(x, [1, 4]),
      /items must be 2, got 4/,
    ],
    [
      "fewer numbers than the shape says",
      async () => (await onnxClassifier(save("count", [{ ...linear, output: "p" }]))).run(x, [3, 2]),
      /there must be 3 × 2 numbers, got 4/,
    ],
  ])("refuses %s", async (_, act, message) => {
    await expect(act()).rejects.toThrow(message);
  });
});
