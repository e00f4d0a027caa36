import type { Tensor } from "@tensorflow/tfjs-core";
import { forward } from "./forward.js";
import type { Network } from "./network.js";
import type { Tf } from "./tensorflow.js";

/** Which way the logits of some examples should go: a gradient, rows × classes, from the logits. Rows of zeros are content. */
export type Goal = (logits: Float32Array) => Float32Array;

/** The gradient of a goal in the values of `rows` examples. */
export function inputGradient(
  tf: Tf,
  net: Network,
  parameters: readonly Tensor[],
  values: Float32Array,
  rows: number,
  goal: Goal,
): Float32Array {
  const x = tf.tensor(values, [rows, ...net.input]);
  const towards = tf.customGrad(((logits: Tensor) => {
    const gradient = goal(logits.dataSync() as Float32Array);
    return { value: tf.scalar(0), gradFunc: () => tf.tensor(gradient, logits.shape) };
  }) as never) as unknown as (logits: Tensor) => Tensor;
  const wanted = { input: true, parameters: false };
  const slope = tf.grad((input: Tensor) => towards(forward(tf, net, input, parameters, wanted)))(x);
  const result = slope.dataSync() as Float32Array;
  tf.dispose([x, slope]);
  return result;
}
