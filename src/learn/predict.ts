import type { Batch, Logits } from "../core/index.js";
import { checkRows, type Engine, engineFor } from "./engine.js";
import { type Examples, gather } from "./examples.js";
import { forward, parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { plainPredict } from "./plainTrain.js";
import type { SparseExamples } from "./sparse.js";
import { tensorflow } from "./tensorflow.js";
import { checkInput } from "./checkInput.js";

/** Examples that are looked at together. */
const TOGETHER = 200;

/**
 * The logits of examples, with their labels and ids.
 *
 * @param options.engine as in `train`
 */
export async function predict(
  net: Network,
  examples: Examples | SparseExamples,
  { engine }: { engine?: Engine } = {},
): Promise<Batch> {
  checkRows("predict", net, examples);
  const plain = (await engineFor("predict", net, examples, engine)) === "plain";
  const values = plain ? plainPredict(net, examples) : await tensorflowPredict(net, examples as Examples);
  return {
    kind: "logits",
    values: values as Logits,
    rows: examples.labels.length,
    classes: net.classes.length,
    labels: examples.labels,
    ...(examples.ids && { ids: [...examples.ids] }),
  };
}

async function tensorflowPredict(net: Network, examples: Examples): Promise<Float32Array> {
  const tf = await tensorflow();
  const rows = examples.labels.length;
  const classes = net.classes.length;
  const values = new Float32Array(rows * classes);
  const parameters = parameterTensors(tf, net);
  try {
    for (let from = 0; from < rows; from += TOGETHER) {
      const some = Array.from({ length: Math.min(TOGETHER, rows - from) }, (_, i) => from + i);
      tf.tidy(() => {
        const x = tf.tensor(gather(examples, some), [some.length, ...examples.shape]);
        values.set(forward(tf, net, x, parameters).at(-1)!.dataSync(), from * classes);
      });
    }
  } finally {
    tf.dispose(parameters);
  }
  return values;
}

/** What comes out of a layer for one example. */
export interface Activation {
  layer: Network["layers"][number];
  shape: readonly number[];
  values: Float32Array;
}

/** What comes out of every layer for one example, the logits last. */
export async function activations(net: Network, example: Float32Array): Promise<Activation[]> {
  checkInput("look at the layers", net, { shape: net.input, values: example });
  const tf = await tensorflow();
  const parameters = parameterTensors(tf, net);
  const found: Activation[] = [];
  tf.tidy(() => {
    const outputs = forward(tf, net, tf.tensor(example, [1, ...net.input]), parameters);
    outputs.forEach((y, place) => {
      const [, ...shape] = y.shape;
      found.push({ layer: net.layers[place]!, shape, values: y.dataSync() as Float32Array });
    });
  });
  tf.dispose(parameters);
  return found;
}
