import * as converter from "@tensorflow/tfjs-converter";
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Tfjs, tfjsClassifier } from "./index.js";

const tf = { ...core, ...layers } as unknown as Tfjs;
const weights = Float32Array.of(1, 2, 3, -1, 0, 50);
const bias = Float32Array.of(0.5, -0.5, 0);
const x = Float32Array.of(1, 2, 0.25, 0);
const expected = [-0.5, 1.5, 103, 0.75, 0, 0.75];

beforeAll(async () => {
  await import("@tensorflow/tfjs-backend-cpu");
  await core.setBackend("cpu");
});

function dense(activation: string | undefined, units = 3): layers.layers.Layer {
  const config = { units, inputShape: [2], name: "scores", ...(activation ? { activation } : {}) };
  return layers.layers.dense(config as Parameters<typeof layers.layers.dense>[0]);
}

function sequential(...list: layers.layers.Layer[]): layers.Sequential {
  const model = layers.sequential({ layers: list });
  const units = list[0]!.outputShape.at(-1) as number;
  list[0]!.setWeights([core.tensor(weights.slice(0, 2 * units), [2, units]), core.tensor(bias.slice(0, units))]);
  return model;
}

describe("a layers model of TensorFlow.js gives what enters its last softmax", () => {
  it.each<[string, () => layers.Sequential, RegExp]>([
    ["a softmax within the last layer", () => sequential(dense("softmax")), /the Softmax in scores/],
    [
      "a softmax layer of its own",
      () => sequential(dense(undefined), layers.layers.softmax({ name: "end" })),
      /the layer end: the logits are its input/,
    ],
    [
      "an activation layer",
      () => sequential(dense(undefined), layers.layers.activation({ activation: "softmax", name: "end" })),
      /the layer end/,
    ],
    ["a sigmoid", () => sequential(dense("sigmoid")), /the Sigmoid in scores/],
    ["no softmax", () => sequential(dense(undefined)), /scores is taken as it is/],
  ])("%s", async (_, build, note) => {
    const model = build();
    const before = await (model.predict(core.tensor(x, [2, 2])) as core.Tensor).data();
    const classifier = tfjsClassifier(model as never, tf);
    const { values, rows, classes } = await classifier.run(x, [2, 2]);
    expect([rows, classes]).toEqual([2, 3]);
    expect(Array.from(values)).toEqual(expected);
    expect(classifier.notes[0]).toMatch(note);
    expect(classifier.input.shape).toEqual([2]);
    await classifier.close();
    expect(
      await (model.predict(core.tensor(x, [2, 2])) as core.Tensor).data(),
      "the caller's model is as it was",
    ).toEqual(before);
  });

  it("makes two classes of one sigmoid, and evaluates in steps", async () => {
    const classifier = tfjsClassifier(sequential(dense("sigmoid", 1)) as never, tf, { rows: 1 });
    expect(await classifier.run(x, [2, 2])).toEqual({ values: Float32Array.of(0, 5.5, 0, 0.75), rows: 2, classes: 2 });
  });

  it("says what it needs", async () => {
    expect(() => tfjsClassifier(sequential(dense("softmax")) as never, { tensor: tf.tensor })).toThrow(
      /tf must be a TensorFlow.js with layers/,
    );
    await expect(tfjsClassifier(sequential(dense("softmax")) as never, tf).run(x, [3, 2])).rejects.toThrow(
      /3 × 2 numbers, got 4/,
    );
  });
});

/** A graph as tensorflowjs_converter writes it. */
async function graph(ops: { name: string; op: string; input: string[] }[]): Promise<converter.GraphModel> {
  const dtype = { type: "DT_FLOAT" };
  const size = (n: number): object => ({ size: String(n) });
  const constant = (name: string, dims: number[]): object => ({
    name,
    op: "Const",
    attr: { dtype, value: { tensor: { dtype: "DT_FLOAT", tensorShape: { dim: dims.map(size) } } } },
  });
  const node = [
    { name: "x", op: "Placeholder", attr: { dtype, shape: { shape: { dim: [size(-1), size(2)] } } } },
    constant("w", [2, 3]),
    constant("b", [3]),
    {
      name: "product",
      op: "MatMul",
      input: ["x", "w"],
      attr: { T: dtype, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: "z", op: "BiasAdd", input: ["product", "b"], attr: { T: dtype } },
    ...ops.map((op) => ({ ...op, attr: { T: dtype } })),
  ];
  const data = new Float32Array([...weights, ...bias]);
  return converter.loadGraphModel({
    load: async () => ({
      modelTopology: { node, versions: { producer: 1 } },
      weightSpecs: [
        { name: "w", shape: [2, 3], dtype: "float32" },
        { name: "b", shape: [3], dtype: "float32" },
      ],
      weightData: data.buffer,
      format: "graph-model",
    }),
  });
}

describe("a graph model of TensorFlow.js gives what enters its last softmax", () => {
  it.each<[string, { name: string; op: string; input: string[] }[], RegExp]>([
    [
      "Softmax",
      [{ name: "p", op: "Softmax", input: ["z"] }],
      /Cut before its Softmax \(p\): the logits are the tensor z/,
    ],
    [
      "Softmax, then copies",
      [
        { name: "s", op: "Softmax", input: ["z"] },
        { name: "p", op: "Identity", input: ["s"] },
      ],
      /Softmax \(s\)/,
    ],
    ["Sigmoid", [{ name: "p", op: "Sigmoid", input: ["z"] }], /Sigmoid \(p\)/],
    ["no softmax", [], /Tensor z is taken as it is: no softmax/],
  ])("%s", async (_, ops, note) => {
    const model = await graph(ops);
    const classifier = tfjsClassifier(model as never, tf);
    expect(classifier.notes[0]).toMatch(note);
    expect(Array.from((await classifier.run(x, [2, 2])).values)).toEqual(expected);
    const product = tfjsClassifier(model as never, tf, { output: "product" });
    expect(Array.from((await product.run(x, [2, 2])).values)).toEqual([-1, 2, 103, 0.25, 0.5, 0.75]);
  });
});
