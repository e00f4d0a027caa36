import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { uniform } from "../core/index.js";
import { operations, type Wanted } from "./operations.js";
import { type Tf, tensorflow } from "./tensorflow.js";

let tf: Tf;
beforeAll(async () => {
  tf = await tensorflow();
  await import("@tensorflow/tfjs-backend-cpu");
});

interface Values {
  shape: number[];
  values: Float32Array;
}
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Numbers in [−1, 1), another list for each `seed`. */
const random = (shape: number[], seed: number): Values => ({
  shape,
  values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => 2 * uniform(seed, "verify", i) - 1),
});

/** Multiples of 1/8 in [−1, 1), with which f32 sums and products are exact. */
const eighths = (shape: number[], seed: number): Values => ({
  shape,
  values: random(shape, seed).values.map((value) => Math.floor(value * 8) / 8),
});

/** Numbers of their own, in an order drawn by lot, `from` … `from + 1`. */
function distinct(shape: number[], seed: number, from: number): Values {
  const length = sizeOf(shape);
  const order = Array.from({ length }, (_, i) => i).sort(
    (a, b) => uniform(seed, "verify", a) - uniform(seed, "verify", b),
  );
  return { shape, values: Float32Array.from(order, (rank) => from + rank / 512) };
}

type Compute = (tensors: Tensor[]) => Tensor;
/** One of ours: what it makes of its inputs, and the slopes in them, in their order. */
interface Operation {
  forward: Compute;
  backward(d: Tensor, y: Tensor, inputs: Tensor[]): (Tensor | undefined)[];
}
const valuesOf = (tensor: Tensor): Values => ({ shape: tensor.shape, values: tensor.dataSync().slice() as never });
const tensorsOf = (inputs: Values[]): Tensor[] => inputs.map(({ shape, values }) => tf.tensor(values, shape));

/** What tfjs computes on its cpu backend, in plain JavaScript. */
function onCpu(compute: Compute, inputs: Values[]): Values {
  tf.setBackend("cpu");
  try {
    return valuesOf(compute(tensorsOf(inputs)));
  } finally {
    tf.setBackend("wasm");
  }
}

/** Output and gradients of Σ weights·output, by our operation. */
function ours(operation: Operation, inputs: Values[], weights: Values): { output: Values; gradients: Values[] } {
  const given = tensorsOf(inputs);
  const y = operation.forward(given);
  const slopes = operation.backward(tf.tensor(weights.values, weights.shape), y, given);
  return { output: valuesOf(y), gradients: slopes.map((slope) => slope && valuesOf(slope)) as Values[] };
}

/** Σ weights·output, in f64. */
function weighed({ forward }: Operation, inputs: Values[], weights: Values): number {
  const { values } = valuesOf(forward(tensorsOf(inputs)));
  return values.reduce((sum, value, i) => sum + value * weights.values[i]!, 0);
}

/** Every slope by central differences, each of `step`. */
function differences(operation: Operation, inputs: Values[], weights: Values, step: number): Values[] {
  return inputs.map(({ shape, values }, k) => ({
    shape,
    values: values.map((value, i) => {
      const [above, below] = [value + step, value - step].map((moved) => {
        const other = inputs.map((input) => ({ ...input, values: input.values.slice() }));
        other[k]!.values[i] = moved;
        return weighed(operation, other, weights);
      });
      return (above! - below!) / (2 * step);
    }),
  }));
}

function expectNear(got: Values, expected: Values, tolerance: number): void {
  expect(got.shape).toEqual(expected.shape);
  const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // A comparison of zeros would say nothing.
  expect(largest).toBeGreaterThan(0);
  const off = got.values.map((value, i) => Math.abs(value - expected.values[i]!));
  expect(Math.max(...off)).toBeLessThanOrEqual(tolerance * Math.max(1, largest));
}

const all = { input: true, parameters: true };
/** Whether our kernels are used; without them the same comes of forward kernels. */
let own = true;
const convolution = (relu: boolean, wanted: Wanted = all): Operation => ({
  forward: ([x, w, b]) => operations(tf, own).conv.forward(x as Tensor4D, w as Tensor4D, b!, relu),
  backward(dy, y, [x, w]) {
    const { conv, through } = operations(tf, own);
    const d = (relu ? through(dy, y) : dy) as Tensor4D;
    const { input, weights, bias } = conv.backward(d, x as Tensor4D, w as Tensor4D, wanted);
    return [input, weights, bias];
  },
});
const product = (relu: boolean, wanted: Wanted = all): Operation => ({
  forward: ([x, w, b]) => operations(tf, own).dense.forward(x as Tensor2D, w as Tensor2D, b!, relu),
  backward(dy, y, [x, w]) {
    const { dense, through } = operations(tf, own);
    const d = (relu ? through(dy, y) : dy) as Tensor2D;
    const { input, weights, bias } = dense.backward(d, x as Tensor2D, w as Tensor2D, wanted);
    return [input, weights, bias];
  },
});
const largest: Operation = {
  forward: ([x]) => operations(tf, own).pool.forward(x as Tensor4D),
  backward: (dy, y, [x]) => [operations(tf, own).pool.backward(dy as Tensor4D, x as Tensor4D, y as Tensor4D)],
};

describe.each([true, false])("with kernels of our own: %s", (withOwn) => {
  beforeAll(() => {
    own = withOwn;
    expect(tf.getKernel("LogitsConvWeights", "wasm")).toBeDefined();
  });

  describe("conv", () => {
    const shapes = [
      { size: 1, examples: 2, height: 4, width: 5, channels: 3, filters: 2 },
      { size: 3, examples: 1, height: 6, width: 6, channels: 1, filters: 4 },
      { size: 3, examples: 3, height: 7, width: 5, channels: 3, filters: 5 },
      { size: 3, examples: 2, height: 1, width: 8, channels: 2, filters: 2 },
      { size: 5, examples: 2, height: 8, width: 6, channels: 2, filters: 3 },
      { size: 5, examples: 3, height: 3, width: 5, channels: 4, filters: 1 },
      { size: 3, examples: 2, height: 4, width: 6, channels: 5, filters: 8 },
      { size: 1, examples: 2, height: 5, width: 4, channels: 11, filters: 19 },
      { size: 7, examples: 2, height: 2, width: 3, channels: 2, filters: 3 },
      { size: 3, examples: 2, height: 1, width: 1, channels: 2, filters: 5 },
    ];
    const inputsOf = (of: (typeof shapes)[number], make: typeof random): Values[] => [
      make([of.examples, of.height, of.width, of.channels], 1),
      make([of.size, of.size, of.channels, of.filters], 2),
      make([of.filters], 3),
    ];
    const outputOf = ({ examples, height, width, filters }: (typeof shapes)[number]): number[] => [
      examples,
      height,
      width,
      filters,
    ];

    it.each(shapes)(
      "of $size × $size on $examples × $height × $width × $channels to $filters is that of the cpu backend",
      (of) => {
        const inputs = inputsOf(of, random);
        const [x, w] = inputs as [Values, Values, Values];
        const dy = random(outputOf(of), 4);
        const { output, gradients } = ours(convolution(true), inputs, dy);
        const expected = onCpu(
          ([a, filter, b]) => tf.relu(tf.add(tf.conv2d(a as Tensor4D, filter as Tensor4D, 1, "same"), b!)),
          inputs,
        );
        expectNear(output, expected, 1e-5);
        const d = { shape: dy.shape, values: dy.values.map((value, i) => (expected.values[i]! > 0 ? value : 0)) };
        const attributes = { strides: [1, 1], pad: "same", dataFormat: "NHWC" };
        const kernel =
          (name: string, more: object, names: [string, string]): Compute =>
          ([a, b]) =>
            tf.engine().runKernel(name, { [names[0]]: a!, [names[1]]: b! }, { ...attributes, ...more }) as Tensor;
        const byInput = kernel("Conv2DBackpropInput", { inputShape: x.shape }, ["dy", "filter"]);
        const byWeights = kernel("Conv2DBackpropFilter", { filterShape: w.shape }, ["x", "dy"]);
        expectNear(gradients[0]!, onCpu(byInput, [d, w]), 1e-5);
        expectNear(gradients[1]!, onCpu(byWeights, [x, d]), 1e-5);
        expectNear(
          gradients[2]!,
          onCpu(([a]) => tf.sum(a!, [0, 1, 2]), [d]),
          1e-5,
        );
      },
    );

    it.each(shapes)("of $size × $size on $height × $width × $channels has the slopes that differences show", (of) => {
      const inputs = inputsOf(of, eighths);
      // Sums of products are multiples of 1/64: half of one more, and none is within reach of where max(0, ·) bends.
      inputs[2]!.values = inputs[2]!.values.map((value) => value + 1 / 128);
      const dy = eighths(outputOf(of), 4);
      const { gradients } = ours(convolution(true), inputs, dy);
      differences(convolution(true), inputs, dy, 1 / 1024).forEach((slopes, k) => {
        expectNear(gradients[k]!, slopes, 1e-6);
      });
    });

    it("without max(0, ·) lets every slope through", () => {
      const [of] = shapes as [(typeof shapes)[number]];
      const inputs = inputsOf(of, eighths);
      const dy = eighths(outputOf(of), 4);
      const { output, gradients } = ours(convolution(false), inputs, dy);
      expect(output.values.some((value) => value < 0)).toBe(true);
      differences(convolution(false), inputs, dy, 1 / 8).forEach((slopes, k) => {
        expectNear(gradients[k]!, slopes, 1e-6);
      });
    });
  });

  describe("pool", () => {
    const shape = [2, 4, 6, 7];

    it.each([
      ["above 0", 1],
      ["around 0", -0.25],
      ["all below 0", -2],
    ])("of values %s is that of the cpu backend", (_, from) => {
      const x = distinct(shape, 5, from);
      const dy = random([2, 2, 3, 7], 6);
      const { output, gradients } = ours(largest, [x], dy);
      const expected = onCpu(([a]) => tf.maxPool(a as Tensor4D, 2, 2, "valid"), [x]);
      expect(output).toEqual(expected);
      const attributes = { filterSize: 2, strides: 2, pad: "valid" };
      const byInput: Compute = ([d, input, y]) =>
        tf.engine().runKernel("MaxPoolGrad", { dy: d!, input: input!, output: y! }, attributes) as Tensor;
      expectNear(gradients[0]!, onCpu(byInput, [dy, x, expected]), 1e-6);
    });

    it.each([1, -0.25, -2])("of values from %d has the slopes that differences show", (from) => {
      const x = distinct(shape, 7, from);
      const dy = eighths([2, 2, 3, 7], 8);
      const { gradients } = ours(largest, [x], dy);
      expectNear(gradients[0]!, differences(largest, [x], dy, 1 / 2048)[0]!, 1e-6);
    });

    it("of equal values shares the slope among them", () => {
      const x = { shape: [1, 2, 6, 1], values: Float32Array.of(-3, -3, 2, 1, 0, 0, -3, -3, 2, 2, 0, -1) };
      const { output, gradients } = ours(largest, [x], { shape: [1, 1, 3, 1], values: Float32Array.of(1, 3, 6) });
      expect([...output.values]).toEqual([-3, 2, 0]);
      expect([...gradients[0]!.values]).toEqual([0.25, 0.25, 1, 0, 2, 2, 0.25, 0.25, 1, 1, 2, 0]);
    });
  });

  describe("dense", () => {
    const shapes = [
      { examples: 1, inputs: 3, units: 4 },
      { examples: 5, inputs: 7, units: 3 },
      { examples: 4, inputs: 1, units: 2 },
    ];
    const inputsOf = ({ examples, inputs, units }: (typeof shapes)[number], make: typeof random): Values[] => [
      make([examples, inputs], 1),
      make([inputs, units], 2),
      make([units], 3),
    ];

    it.each(shapes)("of $examples × $inputs to $units is that of the cpu backend", (of) => {
      const inputs = inputsOf(of, random);
      const [x, w] = inputs as [Values, Values, Values];
      const dy = random([of.examples, of.units], 4);
      const { output, gradients } = ours(product(true), inputs, dy);
      const expected = onCpu(([a, b, bias]) => tf.relu(tf.add(tf.matMul(a!, b!), bias!)), inputs);
      expectNear(output, expected, 1e-5);
      const d = { shape: dy.shape, values: dy.values.map((value, i) => (expected.values[i]! > 0 ? value : 0)) };
      expectNear(
        gradients[0]!,
        onCpu(([a, b]) => tf.matMul(a!, b!, false, true), [d, w]),
        1e-5,
      );
      expectNear(
        gradients[1]!,
        onCpu(([a, b]) => tf.matMul(a!, b!, true, false), [x, d]),
        1e-5,
      );
      expectNear(
        gradients[2]!,
        onCpu(([a]) => tf.sum(a!, 0), [d]),
        1e-5,
      );
    });

    it.each([true, false])("has the slopes that differences show, max(0, ·) being %s", (relu) => {
      const inputs = inputsOf({ examples: 5, inputs: 7, units: 3 }, eighths);
      inputs[2]!.values = inputs[2]!.values.map((value) => value + 1 / 128);
      const dy = eighths([5, 3], 4);
      const { gradients } = ours(product(relu), inputs, dy);
      differences(product(relu), inputs, dy, 1 / 1024).forEach((slopes, k) => {
        expectNear(gradients[k]!, slopes, 1e-6);
      });
    });
  });

  describe.each([
    ["conv", convolution, [random([2, 5, 4, 2], 1), random([3, 3, 2, 3], 2), random([3], 3)], random([2, 5, 4, 3], 4)],
    ["dense", product, [random([2, 5], 1), random([5, 3], 2), random([3], 3)], random([2, 3], 4)],
  ] as const)("%s computes no slope that is not wanted", (_, operation, inputs, dy) => {
    it.each([
      ["the input", { input: true, parameters: false }, [true, false, false]],
      ["the parameters", { input: false, parameters: true }, [false, true, true]],
    ] as const)("but those of %s, the same as ever", (__, wanted, asked) => {
      const whole = ours(operation(true), [...inputs], dy).gradients;
      const some = ours(operation(true, wanted), [...inputs], dy).gradients;
      expect(some).toEqual(whole.map((slope, place) => (asked[place] ? slope : undefined)));
    });
  });
});
