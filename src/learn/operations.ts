// Operations of a network and their gradients, of forward kernels alone. The WebAssembly backend of TensorFlow.js 4.22 has no gradient of a convolution, a
// slow one of a matrix product, and one of max-pooling that is wrong where all of a window is below 0 (it begins at the smallest positive float).
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { CONV_WEIGHTS, POOL_INPUT } from "./kernels.js";
import type { Tf } from "./tensorflow.js";

/** Which gradients are wanted: the others are not computed. */
export interface Wanted {
  input: boolean;
  parameters: boolean;
}

/** Gradients in what an operation was given: those that were wanted. */
export interface Slopes {
  input?: Tensor;
  weights?: Tensor;
  bias?: Tensor;
}

/** `forward` gives y; `backward` takes the gradient d in y to those in its inputs. Max(0, ·) is apart: `through` takes d to before it. */
export interface Operations {
  /** Any odd size, the height and width kept, plus a bias, with `relu` then max(0, ·). x: examples × height × width × channels. */
  conv: {
    forward(x: Tensor4D, weights: Tensor4D, bias: Tensor, relu: boolean): Tensor4D;
    backward(d: Tensor4D, x: Tensor4D, weights: Tensor4D, wanted: Wanted): Slopes;
  };
  /** The largest of each 2 × 2; equal ones share its gradient. */
  pool: {
    forward(x: Tensor4D): Tensor4D;
    backward(d: Tensor4D, x: Tensor4D, y: Tensor4D): Tensor4D;
  };
  /** x·weights + bias, with `relu` then max(0, ·). x: examples × inputs. */
  dense: {
    forward(x: Tensor2D, weights: Tensor2D, bias: Tensor, relu: boolean): Tensor2D;
    backward(d: Tensor2D, x: Tensor2D, weights: Tensor2D, wanted: Wanted): Slopes;
  };
  /** Where an output of max(0, ·) is 0 nothing comes through. */
  through<T extends Tensor>(d: T, y: T): T;
}

/** @param own whether to use our kernels for gradients, where they are registered; else the same comes of forward kernels */
export function operations(tf: Tf, own: boolean = tf.getKernel(CONV_WEIGHTS, "wasm") !== undefined): Operations {
  const run = (kernel: string, inputs: object, attributes: object): Tensor =>
    tf.engine().runKernel(kernel, inputs as never, attributes as never) as Tensor;
  const activation = (relu: boolean): string => (relu ? "relu" : "linear");

  const convWeights = (d: Tensor4D, x: Tensor4D, size: number): Tensor4D => {
    const around = (size - 1) / 2;
    const padded = tf.pad(x, [
      [0, 0],
      [around, around],
      [around, around],
      [0, 0],
    ]);
    if (own) return run(CONV_WEIGHTS, { x: padded, d }, {}) as Tensor4D;
    // The examples play the part of the channels: each of them is summed over.
    const sums = tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(d, [1, 2, 0, 3]), 1, "valid");
    return tf.transpose(sums, [1, 2, 0, 3]);
  };
  /** Sums over examples, rows and columns: averages of pictures first, which take a quarter of the time of sums. */
  const perChannel = (d: Tensor4D): Tensor => {
    const [examples, height, width, channels] = d.shape;
    const means = tf.avgPool(d, [height, width], 1, "valid");
    return tf.sum(tf.mul(tf.reshape(means, [examples, channels]), height * width), 0);
  };

  return {
    conv: {
      forward: (x, filter, bias, relu) =>
        run(
          "FusedConv2D",
          { x, filter, bias },
          { strides: [1, 1], pad: "same", dataFormat: "NHWC", dilations: [1, 1], activation: activation(relu) },
        ) as Tensor4D,
      backward(d, x, weights, { input, parameters }) {
        const turned = (): Tensor4D => tf.transpose(tf.reverse(weights, [0, 1]), [0, 1, 3, 2]);
        return {
          ...(input && { input: tf.conv2d(d, turned(), 1, "same") }),
          ...(parameters && { weights: convWeights(d, x, weights.shape[0]), bias: perChannel(d) }),
        };
      },
    },
    pool: {
      forward: (x) => tf.maxPool(x, 2, 2, "valid"),
      backward(d, x, y) {
        if (own) return run(POOL_INPUT, { d, x, y }, {}) as Tensor4D;
        const spread = (small: Tensor4D): Tensor4D =>
          tf.image.resizeNearestNeighbor(small, [x.shape[1], x.shape[2]]) as Tensor4D;
        // What is as large as the largest. A comparison takes five times as long as subtraction and step together.
        const largest = tf.sub(1, tf.step(tf.sub(spread(y), x))) as Tensor4D;
        const share = tf.div(d, tf.mul(tf.avgPool(largest, 2, 2, "valid"), 4)) as Tensor4D;
        return tf.mul(largest, spread(share));
      },
    },
    dense: {
      forward(x, weights, bias, relu) {
        // The kernel takes batches of matrices.
        const [a, b] = [x, weights].map((matrix) => tf.reshape(matrix, [1, ...matrix.shape]));
        const attributes = { transposeA: false, transposeB: false, activation: activation(relu) };
        return tf.reshape(run("_FusedMatMul", { a, b, bias }, attributes), [x.shape[0], weights.shape[1]]);
      },
      backward: (d, x, weights, { input, parameters }) => ({
        // Explicit transposition: the flags of the product take a path that is seven times as slow. Of the two ways to write d·weightsᵀ, the one that
        // does not turn the weights.
        ...(input && { input: tf.transpose(tf.matMul(weights, tf.transpose(d))) }),
        ...(parameters && { weights: tf.matMul(tf.transpose(x), d), bias: tf.sum(d, 0) }),
      }),
    },
    through: (d, y) => tf.mul(d, tf.step(y)),
  };
}
