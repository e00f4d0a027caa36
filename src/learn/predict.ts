import type { Batch, Logits } from "../core/index.js";
import { checkExamples, type Examples, gather } from "./examples.js";
import { forward, parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { tensorflow } from "./tensorflow.js";
import { checkInput } from "./checkInput.js";

/** Examples that are looked at together. */
const TOGETHER = 200;

/** The logits of examples, with their labels and ids. */
export async function predict(net: Network, examples: Examples): Promise<Batch> {
  checkExamples("predict", examples);
  checkInput("predict", net, examples);
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
  return {
    kind: "logits",
    values: values as Logits,
    rows,
    classes,
    labels: examples.labels,
    ...(examples.ids && { ids: [...examples.ids] }),
  };
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
