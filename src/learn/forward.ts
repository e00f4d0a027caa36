import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { parameterShapes } from "./layers.js";
import { type Network, walk } from "./network.js";
import { operations, type Wanted } from "./operations.js";
import type { Tf } from "./tensorflow.js";

/** The parameters of a network as tensors: for the caller to dispose of. */
export function parameterTensors(tf: Tf, { layers, input, parameters }: Network): Tensor[] {
  let at = 0;
  return walk(layers, input, (layer, shape) =>
    parameterShapes(layer, shape).map((of) => tf.tensor(parameters[at++]!, of)),
  ).flat();
}

/** Runs a network; `see` is told what comes out of every layer. The last are the logits. */
export function forward(
  tf: Tf,
  { layers }: Network,
  x: Tensor,
  parameters: readonly Tensor[],
  wanted: Wanted,
  see?: (output: Tensor, place: number) => void,
): Tensor2D {
  const { conv, pool, dense, flatten } = operations(tf);
  let at = 0;
  let y = x;
  layers.forEach((layer, place) => {
    // Below the first weights nobody asks how the input should change, unless the input is what is wanted.
    const here = { input: wanted.input || at > 0, parameters: wanted.parameters };
    if (layer.kind === "pool") y = pool(y as Tensor4D);
    else {
      const [weights, bias] = [parameters[at++]!, parameters[at++]!];
      if (layer.kind === "conv") y = conv(y as Tensor4D, weights as Tensor4D, bias, true, here);
      else {
        const rows = (y.rank === 2 ? y : flatten(y as Tensor4D)) as Tensor2D;
        y = dense(rows, weights as Tensor2D, bias, layer.kind === "dense", here);
      }
    }
    see?.(y, place);
  });
  return y as Tensor2D;
}
