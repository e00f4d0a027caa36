import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { parameterShapes } from "./layers.js";
import { type Network, walk } from "./network.js";
import { operations } from "./operations.js";
import type { Tf } from "./tensorflow.js";

/** The parameters of a network as tensors: for the caller to dispose of. */
export function parameterTensors(tf: Tf, { layers, input, parameters }: Network): Tensor[] {
  let at = 0;
  return walk(layers, input, (layer, shape) =>
    parameterShapes(layer, shape).map((of) => tf.tensor(parameters[at++]!, of)),
  ).flat();
}

/** What comes out of every layer; the last are the logits. To be called within `tf.tidy`. */
export function forward(tf: Tf, { layers }: Network, x: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const { conv, pool, dense } = operations(tf);
  let at = 0;
  let y = x;
  return layers.map((layer) => {
    if (layer.kind === "pool") return (y = pool.forward(y as Tensor4D));
    const [weights, bias] = [parameters[at++]!, parameters[at++]!];
    if (layer.kind === "conv") return (y = conv.forward(y as Tensor4D, weights as Tensor4D, bias, true));
    return (y = dense.forward(flat(tf, y), weights as Tensor2D, bias, layer.kind === "dense"));
  });
}

/** All numbers of an example in a line. */
export const flat = (tf: Tf, x: Tensor): Tensor2D =>
  x.rank === 2 ? (x as Tensor2D) : tf.reshape(x, [x.shape[0]!, -1]);
