// Operations of a network with gradients of their own, of forward kernels alone. The WebAssembly backend of TensorFlow.js 4.22 has no gradient of a
// convolution, a slow one of a matrix product, and one of max-pooling that is wrong where all of a window is below 0 (it begins at the smallest positive float).
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "./tensorflow.js";

/** Which gradients are wanted: the others are not computed. */
export interface Wanted {
  input: boolean;
  parameters: boolean;
}

export interface Operations {
  /** 3 × 3 (or any odd size), the size kept, plus a bias; with `relu` what is below 0 becomes 0. */
  conv(x: Tensor4D, weights: Tensor4D, bias: Tensor, relu: boolean, wanted: Wanted): Tensor4D;
  /** The largest of each 2 × 2; equal ones share its gradient. */
  pool(x: Tensor4D): Tensor4D;
  dense(x: Tensor2D, weights: Tensor2D, bias: Tensor, relu: boolean, wanted: Wanted): Tensor2D;
  flatten(x: Tensor4D): Tensor2D;
}

export function operations(tf: Tf): Operations {
  const run = (kernel: string, inputs: object, attributes: object): Tensor =>
    tf.engine().runKernel(kernel, inputs as never, attributes as never) as Tensor;
  /** What `compute` makes of the inputs, with `backward`, from the gradient of the output, the inputs and the output, to the gradients of the inputs. */
  const custom = <Inputs extends Tensor[]>(
    inputs: Inputs,
    compute: (...inputs: Inputs) => Tensor,
    backward: (dy: Tensor, y: Tensor, ...inputs: Inputs) => Tensor[],
  ): Tensor => {
    const forward = (...given: unknown[]): unknown => {
      const save = given.pop() as (saved: Tensor[]) => void;
      const value = compute(...(given as Inputs));
      save([value, ...(given as Inputs)]);
      return { value, gradFunc: (dy: Tensor, [y, ...saved]: [Tensor, ...Inputs]) => backward(dy, y, ...saved) };
    };
    return (tf.customGrad(forward as never) as unknown as (...inputs: Tensor[]) => Tensor)(...inputs);
  };
  /** Where an output is 0 its input was below 0, and nothing comes through. */
  const through = (dy: Tensor, y: Tensor, relu: boolean): Tensor => (relu ? tf.mul(dy, tf.step(y)) : dy);
  const convolved = (x: Tensor, weights: Tensor, pad: "same" | "valid"): Tensor4D =>
    tf.conv2d(x as Tensor4D, weights as Tensor4D, 1, pad);

  const convGradients = (x: Tensor, weights: Tensor, d: Tensor, { input, parameters }: Wanted): Tensor[] => {
    const turned = (): Tensor => tf.transpose(tf.reverse(weights, [0, 1]), [0, 1, 3, 2]);
    const byWeights = (): Tensor => {
      const [above, left] = [0, 1].map((axis) => (weights.shape[axis]! - 1) / 2) as [number, number];
      const padded = tf.pad(x, [
        [0, 0],
        [above, above],
        [left, left],
        [0, 0],
      ]);
      // The examples play the part of the channels: each of them is summed over.
      const sums = convolved(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(d, [1, 2, 0, 3]), "valid");
      return tf.transpose(sums, [1, 2, 0, 3]);
    };
    return [
      input ? convolved(d, turned(), "same") : x,
      parameters ? byWeights() : weights,
      parameters ? tf.sum(d, [0, 1, 2]) : d,
    ];
  };

  return {
    conv: (x, weights, bias, relu, wanted) =>
      custom(
        [x, weights, bias],
        (a, filter, b) =>
          run(
            "FusedConv2D",
            { x: a, filter, bias: b },
            {
              strides: [1, 1],
              pad: "same",
              dataFormat: "NHWC",
              dilations: [1, 1],
              activation: relu ? "relu" : "linear",
            },
          ),
        (dy, y, a, filter) => convGradients(a, filter, through(dy, y, relu), wanted),
      ) as Tensor4D,
    pool: (x) =>
      custom(
        [x],
        (a) => tf.maxPool(a, 2, 2, "valid"),
        (dy, y, a) => {
          const spread = (small: Tensor): Tensor =>
            tf.image.resizeNearestNeighbor(small as Tensor4D, [a.shape[1], a.shape[2]]);
          const largest = tf.cast(tf.equal(a, spread(y)), "float32");
          const share = tf.div(dy, tf.mul(tf.avgPool(largest as Tensor4D, 2, 2, "valid"), 4));
          return [tf.mul(largest, spread(share))];
        },
      ) as Tensor4D,
    dense: (x, weights, bias, relu, { input, parameters }) =>
      custom(
        [x, weights, bias],
        (a, b, bias) => {
          // The kernel takes batches of matrices.
          const product = run(
            "_FusedMatMul",
            { a: tf.reshape(a, [1, ...a.shape]), b: tf.reshape(b, [1, ...b.shape]), bias },
            { transposeA: false, transposeB: false, activation: relu ? "relu" : "linear" },
          );
          return tf.reshape(product, [a.shape[0], b.shape[1]!]);
        },
        (dy, y, a, b) => {
          const d = through(dy, y, relu);
          // Explicit transposition: the flags of the product take a path that is seven times as slow.
          return [
            input ? tf.matMul(d, tf.transpose(b)) : a,
            parameters ? tf.matMul(tf.transpose(a), d) : b,
            parameters ? tf.sum(d, 0) : d,
          ];
        },
      ) as Tensor2D,
    flatten: (x) =>
      custom(
        [x],
        (a) => tf.reshape(a, [a.shape[0], -1]),
        (dy, _, a) => [tf.reshape(dy, a.shape)],
      ) as Tensor2D,
  };
}
