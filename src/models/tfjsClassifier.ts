import { LogitsError } from "../core/index.js";
import { type Classifier, joinScores, layoutOfShape, type Scored } from "./classifier.js";
import { cutGraphModel, cutLayersModel, type TfjsGraphModel, type TfjsLayersModel } from "./tfjsCut.js";

/** What is asked of TensorFlow.js: the module that made the model. */
export interface Tfjs {
  tensor(values: Float32Array, shape: number[]): TfjsTensor;
  /** Of tfjs-layers; only layers models need it. */
  model?(config: { inputs: unknown; outputs: unknown }): unknown;
}

export interface TfjsTensor {
  readonly shape: readonly number[];
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

export interface TfjsClassifierOptions {
  /** Of a graph model: the tensor whose numbers are wanted. Default: what enters the last softmax. */
  output?: string;
  /** Rows evaluated at once. Default 32. */
  rows?: number;
}

/**
 * A classifier in TensorFlow.js, a GraphModel or a LayersModel, cut before its softmax. The model stays the caller's: it is not changed, and `close` does not
 * dispose of it.
 *
 * @param model what tf.loadGraphModel or tf.loadLayersModel gave.
 * @param tf the TensorFlow.js module itself.
 * @example
 * const classifier = tfjsClassifier(await tf.loadLayersModel("file://model.json"), tf);
 * const { values, rows, classes } = await classifier.run(pixels, [8, 28, 28, 1]);
 */
export function tfjsClassifier(
  model: TfjsGraphModel | TfjsLayersModel,
  tf: Tfjs,
  options: TfjsClassifierOptions = {},
): Classifier {
  const cut = "layers" in model ? cutLayersModel(model, tf) : cutGraphModel(model, options.output);
  const [input, ...more] = model.inputs;
  const name = "name" in model && typeof model.name === "string" ? model.name : "the model";
  if (!input || more.length > 0) {
    throw new LogitsError("unsupported", `Cannot run ${name}: it must have one input, got ${model.inputs.length}`);
  }
  const shape = (input.shape ?? []).slice(1).map((size) => (size !== null && size > 0 ? size : -1));
  const step = options.rows ?? 32;
  return {
    name,
    input: { name: input.name, shape, layout: layoutOfShape(shape) },
    notes: cut.notes,
    async run(values, given) {
      const [rows = 0, ...rest] = given;
      if (rows < 1 || given.reduce((a, b) => a * b, 1) !== values.length)
        throw new LogitsError(
          "bad-data",
          `Cannot run ${name}: there must be ${given.join(" × ")} numbers, got ${values.length}`,
        );
      const parts: Scored[] = [];
      const width = values.length / rows;
      for (let row = 0; row < rows; row += step) {
        const count = Math.min(step, rows - row);
        const tensor = tf.tensor(values.slice(row * width, (row + count) * width), [count, ...rest]);
        const result = await cut.run(tensor);
        parts.push({ values: Float32Array.from(await result.data()), shape: result.shape });
        tensor.dispose();
        result.dispose();
      }
      return joinScores(name, parts, cut.operator === "Sigmoid");
    },
    async close() {
      cut.close();
    },
  };
}
