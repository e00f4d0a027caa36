import type { Tensor } from "@tensorflow/tfjs-core";
import { type Batch, type Logits, LogitsError } from "../core/index.js";
import { checkInput } from "./checkInput.js";
import { checkRows, type Engine, engineFor } from "./engine.js";
import { type Examples, gather, sizeOf } from "./examples.js";
import { forward, parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { plainPredict } from "./plainTrain.js";
import { isSparse, type SparseExamples } from "./sparse.js";
import { type Tf, tensorflow } from "./tensorflow.js";

/** Examples that are looked at together. */
const TOGETHER = 200;

/** Examples whose labels may be unknown. */
export type Unlabelled = Pick<Examples, "values" | "shape"> & Partial<Pick<Examples, "labels" | "ids">>;

/**
 * The logits of examples, rows × classes in f32, with their labels and ids where there are some.
 *
 * @param options.engine as in `train`
 * @throws "mismatch" for examples of another shape; "bad-data" for values that are no numbers; "bad-argument", "missing-package"
 * @example
 *     const { values } = await predict(net, { values: picture, shape: [28, 28, 1] });
 */
export async function predict(
  net: Network,
  examples: Unlabelled | SparseExamples,
  { engine }: { engine?: Engine } = {},
): Promise<Batch> {
  if (!isSparse(examples)) checkInput("predict", net, examples);
  const { labels, ids } = examples;
  const { classes } = net;
  const whole = isSparse(examples)
    ? examples
    : { labels: new Int32Array(examples.values.length / sizeOf(examples.shape)), ...examples, classes };
  checkRows("predict", net, whole);
  const plain = (await engineFor("predict", net, whole, engine)) === "plain";
  const logits = plain ? plainPredict(net, whole) : await tensorflowPredict(net, whole as Examples);
  return {
    kind: "logits",
    values: logits as Logits,
    rows: whole.labels.length,
    classes: classes.length,
    ...(labels && { labels }),
    ...(ids && { ids: [...ids] }),
  };
}

async function tensorflowPredict(net: Network, examples: Examples): Promise<Float32Array> {
  const rows = examples.labels.length;
  const classes = net.classes.length;
  const logits = new Float32Array(rows * classes);
  await withParameters(net, (tf, parameters) => {
    for (let from = 0; from < rows; from += TOGETHER) {
      const some = Array.from({ length: Math.min(TOGETHER, rows - from) }, (_, i) => from + i);
      tf.tidy(() => {
        const x = tf.tensor(gather(examples, some), [some.length, ...examples.shape]);
        logits.set(forward(tf, net, x, parameters).at(-1)!.dataSync(), from * classes);
      });
    }
  });
  return logits;
}

/** What comes out of a layer for one example. */
export interface Activation {
  layer: Network["layers"][number];
  /** [height, width, channels], the channels of a pixel together, or [units]. */
  shape: readonly number[];
  values: Float32Array;
}

/**
 * What comes out of every layer for one example, after its max(0, ·); the logits last.
 *
 * @throws "mismatch" for an example of another size; "missing-package"
 * @example
 *     for (const { layer, shape } of await activations(net, picture)) console.log(layer.kind, shape);
 */
export async function activations(net: Network, example: Float32Array): Promise<Activation[]> {
  if (example.length !== sizeOf(net.input))
    throw new LogitsError(
      "mismatch",
      `Cannot look at the layers: an example must be ${sizeOf(net.input)} numbers (${net.input.join(" × ")}), got ${example.length}`,
    );
  const found: Activation[] = [];
  await withParameters(net, (tf, parameters) => {
    tf.tidy(() => {
      const outputs = forward(tf, net, tf.tensor(example, [1, ...net.input]), parameters);
      outputs.forEach((y, place) => {
        const [, ...shape] = y.shape;
        found.push({ layer: net.layers[place]!, shape, values: y.dataSync() as Float32Array });
      });
    });
  });
  return found;
}

async function withParameters(net: Network, run: (tf: Tf, parameters: Tensor[]) => void): Promise<void> {
  const tf = await tensorflow();
  const parameters = parameterTensors(tf, net);
  try {
    run(tf, parameters);
  } finally {
    tf.dispose(parameters);
  }
}
