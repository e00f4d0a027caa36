import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { flat, forward } from "./forward.js";
import type { Network } from "./network.js";
import { operations, type Slopes, type Wanted } from "./operations.js";
import type { Tf } from "./tensorflow.js";

/** Gradients of a goal, as far as they were wanted. */
export interface Gradients {
  /** In the values of every example, one after another. */
  input?: Float32Array;
  /** In every array of parameters. */
  parameters?: Float32Array[];
}

/**
 * The gradient of a goal of the logits in what made them, by backpropagation.
 *
 * @param values of some examples
 * @param goal is given their logits, example after example, and gives its gradient in them
 */
export function gradients(
  tf: Tf,
  net: Network,
  parameters: readonly Tensor[],
  values: Float32Array,
  goal: (logits: Float32Array) => ArrayLike<number>,
  wanted: Wanted,
): Gradients {
  const read = (tensor: Tensor): Float32Array => tensor.dataSync() as Float32Array;
  const result: Gradients = {};
  // Nothing is returned from within: `tidy` would look for tensors in every number.
  tf.tidy(() => {
    const size = net.input.reduce((product, length) => product * length, 1);
    const x = tf.tensor(values, [values.length / size, ...net.input]);
    const outputs = forward(tf, net, x, parameters);
    const logits = outputs.at(-1)!;
    const d = tf.tensor(Float32Array.from(goal(read(logits))), logits.shape);
    const slopes = backward(tf, net, x, outputs, parameters, d, wanted);
    if (slopes.input) result.input = read(slopes.input);
    if (wanted.parameters) result.parameters = slopes.parameters.map(read);
  });
  return result;
}

function backward(
  tf: Tf,
  { layers }: Network,
  x: Tensor,
  outputs: readonly Tensor[],
  parameters: readonly Tensor[],
  slope: Tensor,
  wanted: Wanted,
): { input?: Tensor; parameters: Tensor[] } {
  const { conv, pool, dense, through } = operations(tf);
  const found: Tensor[] = [];
  let at = parameters.length;
  let d: Tensor | undefined = slope;
  for (let place = layers.length - 1; d && place >= 0; place--) {
    const { kind } = layers[place]!;
    const y = outputs[place]!;
    const before = outputs[place - 1] ?? x;
    if (kind === "pool") {
      d = pool.backward(d as Tensor4D, before as Tensor4D, y as Tensor4D);
      continue;
    }
    at -= 2;
    const weights = parameters[at]!;
    // Below the first weights nobody asks how the input should change, unless the input is what is wanted.
    const here = { input: wanted.input || at > 0, parameters: wanted.parameters };
    if (kind !== "linear") d = through(d, y);
    const slopes: Slopes =
      kind === "conv"
        ? conv.backward(d as Tensor4D, before as Tensor4D, weights as Tensor4D, here)
        : dense.backward(d as Tensor2D, flat(tf, before), weights as Tensor2D, here);
    if (slopes.weights) found.unshift(slopes.weights, slopes.bias!);
    d = slopes.input && tf.reshape(slopes.input, before.shape);
  }
  return { ...(wanted.input && d && { input: d }), parameters: found };
}
