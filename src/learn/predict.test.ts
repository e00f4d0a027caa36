import { beforeAll, expect, it } from "vitest";
import { LogitsError, uniform } from "../core/index.js";
import { conv, dense, linear, pool } from "./layers.js";
import { type Network, network } from "./network.js";
import { activations, predict } from "./predict.js";
import { type Tf, tensorflow } from "./tensorflow.js";

let tf: Tf;
beforeAll(async () => {
  tf = await tensorflow();
});

const input = [4, 4, 2];
const net: Network = network([conv(3), pool(), conv(2, { size: 1 }), dense(5), linear(3)], { input, seed: 2 });
const pictures = (count: number): Float32Array =>
  Float32Array.from({ length: count * 32 }, (_, i) => uniform(6, "verify", i));

/** The same network in plain loops and f64. */
function plain({ layers, parameters }: Network, picture: ArrayLike<number>): number[][] {
  let [height, width, channels] = [4, 4, 2];
  let x = Array.from(picture);
  let at = 0;
  return layers.map((layer) => {
    if (layer.kind === "pool") {
      const value = (y: number, w: number, c: number): number => x[(y * width + w) * channels + c]!;
      const out: number[] = [];
      for (let y = 0; y < height; y += 2)
        for (let w = 0; w < width; w += 2)
          for (let c = 0; c < channels; c++)
            out.push(Math.max(value(y, w, c), value(y, w + 1, c), value(y + 1, w, c), value(y + 1, w + 1, c)));
      [height, width] = [height / 2, width / 2];
      return (x = out);
    }
    const [weights, bias] = [parameters[at++]!, parameters[at++]!];
    if (layer.kind === "conv") {
      const around = (layer.size - 1) / 2;
      const out: number[] = [];
      for (let y = 0; y < height; y++)
        for (let w = 0; w < width; w++)
          for (let f = 0; f < layer.filters; f++) {
            let sum = bias[f]!;
            for (let i = 0; i < layer.size; i++)
              for (let j = 0; j < layer.size; j++) {
                const [above, left] = [y + i - around, w + j - around];
                if (above < 0 || above >= height || left < 0 || left >= width) continue;
                for (let c = 0; c < channels; c++)
                  sum +=
                    x[(above * width + left) * channels + c]! *
                    weights[((i * layer.size + j) * channels + c) * layer.filters + f]!;
              }
            out.push(Math.max(0, sum));
          }
      channels = layer.filters;
      return (x = out);
    }
    const out = Array.from({ length: layer.units }, (_, unit) =>
      x.reduce((sum, value, k) => sum + value * weights[k * layer.units + unit]!, bias[unit]!),
    );
    return (x = layer.kind === "dense" ? out.map((value) => Math.max(0, value)) : out);
  });
}

it("every layer gives what plain loops give, in shapes that say so", async () => {
  const [picture, weighty] = [
    pictures(1),
    { ...net, parameters: net.parameters.map((p) => p.map((w, i) => w + 0.1 * Math.sin(i))) },
  ];
  const got = await activations(weighty, picture);
  expect(got.map(({ shape }) => shape)).toEqual([[4, 4, 3], [2, 2, 3], [2, 2, 2], [5], [3]]);
  expect(got.map(({ layer }) => layer)).toEqual(net.layers);
  plain(weighty, picture).forEach((expected, place) => {
    expect(expected.some((value) => value !== 0)).toBe(true);
    expected.forEach((value, i) => expect(got[place]!.values[i]).toBeCloseTo(value, 5));
  });
});

it("logits do not depend on how many examples are looked at", async () => {
  const values = pictures(230);
  const labels = Int32Array.from({ length: 230 }, (_, i) => i % 3);
  const ids = Array.from(labels, (_, i) => `picture ${i}`);
  const batch = await predict(net, { values, shape: input, labels, ids });
  expect(batch).toMatchObject({ kind: "logits", rows: 230, classes: 3, labels, ids });
  for (const row of [0, 199, 200, 229]) {
    const alone = await activations(net, values.slice(32 * row, 32 * row + 32));
    expect(batch.values.slice(3 * row, 3 * row + 3)).toEqual(alone.at(-1)!.values);
  }
});

it("labels may be unknown, and bytes are shares of 255", async () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256);
  const batch = await predict(net, { values: bytes, shape: input });
  expect(batch.rows).toBe(2);
  expect(batch).not.toHaveProperty("labels");
  const floats = await predict(net, { values: Float32Array.from(bytes, (byte) => byte / 255), shape: input });
  expect(batch.values).toEqual(floats.values);
});

it("leaves no tensors behind", async () => {
  const { numTensors, numBytes } = tf.memory();
  await predict(net, { values: pictures(3), shape: input });
  await activations(net, pictures(1));
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
});

it.each([
  [
    { values: pictures(1), shape: [8, 4] },
    "mismatch",
    "an example must be 4 × 4 × 2 as the network's input, got 8 × 4",
  ],
  [
    { values: new Float32Array(40), shape: input },
    "mismatch",
    "an example must be 32 numbers (4 × 4 × 2), got 40 in all",
  ],
  [{ values: new Float32Array(0), shape: input }, "bad-data", "there must be at least one example, got none"],
  [
    { values: new Float32Array(32).fill(NaN), shape: input },
    "bad-data",
    "values must be finite, got NaN at example 0, place 0",
  ],
  [
    { values: pictures(1), shape: input, labels: Int32Array.of(3) },
    "bad-data",
    "a label must be 0 … 2, got 3 at example 0",
  ],
] as const)("refuses what is no example of the network (%#)", async (examples, code, what) => {
  const error = await predict(net, examples).catch((thrown: unknown) => thrown);
  expect(LogitsError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code, message: `Cannot predict: ${what}` });
});

it("looks at the layers for one example alone", async () => {
  await expect(activations(net, pictures(2))).rejects.toMatchObject({
    code: "mismatch",
    message: "Cannot look at the layers: an example must be 32 numbers (4 × 4 × 2), got 64",
  });
});
