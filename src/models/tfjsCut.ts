import { LogitsError } from "../core/index.js";
import type { Tfjs, TfjsTensor } from "./tfjsClassifier.js";

interface Input {
  name: string;
  shape?: readonly (number | null)[];
}

/** Of tfjs-converter, as far as it is used here. */
export interface TfjsGraphModel {
  readonly inputs: readonly Input[];
  readonly outputNodes: readonly string[];
  execute(inputs: never, outputs: string[]): unknown;
  executeAsync(inputs: never, outputs: string[]): Promise<unknown>;
}

/** Of tfjs-layers, as far as it is used here. */
export interface TfjsLayersModel {
  readonly inputs: readonly Input[];
  readonly outputs: readonly unknown[];
  readonly layers: readonly unknown[];
  predictOnBatch(inputs: never): unknown;
}

/** A model without its last softmax. */
export interface TfjsCut {
  operator: "Softmax" | "LogSoftmax" | "Sigmoid" | undefined;
  notes: string[];
  run(input: TfjsTensor): Promise<TfjsTensor>;
  /** Lets go of what was made here. */
  close(): void;
}

const ends = { Softmax: "Softmax", LogSoftmax: "LogSoftmax", Sigmoid: "Sigmoid" } as const;
type End = keyof typeof ends;

/** The tensor before the last softmax of a graph: asked for by name, which TensorFlow.js allows for any. */
export function cutGraphModel(model: TfjsGraphModel, output?: string): TfjsCut {
  const nodes = new Map(nodesOf(model).map((node) => [node.name, node]));
  const found = output === undefined ? model.outputNodes.map((name) => walk(name, nodes)).find(Boolean) : undefined;
  const tensor = output ?? found?.tensor ?? model.outputNodes[0]!;
  const note = found
    ? `Cut before its ${found.operator} (${found.from}): the logits are the tensor ${tensor}.`
    : `Tensor ${tensor} is taken as it is: ${output === undefined ? "no softmax or sigmoid is at its end" : "it was asked for"}.`;
  // TensorFlow.js warns when it is asked to wait for nothing, and refuses not to wait where a graph branches.
  const branches = [...nodes.values()].some(({ op }) =>
    /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(While|If)|NonMaxSuppression.*|Where)$/.test(op),
  );
  return {
    operator: found?.operator,
    notes: [note],
    run: async (input) => {
      const result = await (branches
        ? model.executeAsync(input as never, [tensor])
        : model.execute(input as never, [tensor]));
      return (Array.isArray(result) ? result[0] : result) as TfjsTensor;
    },
    close: () => undefined,
  };
}

interface GraphNode {
  name: string;
  op: string;
  input?: string[];
}

/** The graph as it was loaded; TensorFlow.js keeps it, but names it in no type. */
function nodesOf(model: TfjsGraphModel): GraphNode[] {
  const { artifacts } = model as unknown as { artifacts?: { modelTopology?: { node?: GraphNode[] } } };
  return artifacts?.modelTopology?.node ?? [];
}

function walk(
  output: string,
  nodes: ReadonlyMap<string, GraphNode>,
): { tensor: string; operator: End; from: string } | undefined {
  for (let name = bare(output); ; ) {
    const node = nodes.get(name);
    if (!node) return undefined;
    if (node.op in ends) return { tensor: bare(node.input![0]!), operator: node.op as End, from: node.name };
    if (!["Identity", "Reshape", "Squeeze"].includes(node.op)) return undefined;
    name = bare(node.input![0]!);
  }
}

/** "^dense/BiasAdd:0" → "dense/BiasAdd". */
const bare = (name: string): string => name.replace(/^\^/, "").replace(/:\d+$/, "");

interface Layer {
  name: string;
  activation?: { getClassName(): string };
  input: unknown;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  getWeights(): unknown[];
  setWeights(weights: unknown[]): void;
  apply(input: unknown): unknown;
  dispose(): void;
  constructor: { fromConfig(type: unknown, config: object): Layer };
}

/** A softmax layer is left out; a layer with a softmax within is made again without, with the same weights. */
export function cutLayersModel(model: TfjsLayersModel, tf: Tfjs): TfjsCut {
  const last = model.layers.at(-1) as Layer;
  const operator = endOf(last);
  if (!operator) {
    return {
      operator,
      notes: [`The output of ${last.name} is taken as it is: no softmax or sigmoid is at its end.`],
      run: async (input) => model.predictOnBatch(input as never) as TfjsTensor,
      close: () => undefined,
    };
  }
  if (!tf.model) {
    throw new LogitsError(
      "bad-argument",
      "Cannot cut a layers model: tf must be a TensorFlow.js with layers, got one without tf.model",
      {
        hint: "Pass @tensorflow/tfjs, or { ...tfjs-core, ...tfjs-layers }.",
      },
    );
  }
  const alone = ["Activation", "Softmax"].includes(last.getClassName());
  const twin = alone
    ? undefined
    : last.constructor.fromConfig(last.constructor, {
        ...last.getConfig(),
        activation: "linear",
        name: `${last.name}_logits`,
      });
  const outputs = twin ? twin.apply(last.input) : last.input;
  twin?.setWeights(last.getWeights());
  const logits = tf.model({ inputs: model.inputs, outputs }) as TfjsLayersModel;
  const what = alone
    ? `the layer ${last.name}: the logits are its input`
    : `the ${operator} in ${last.name}: the logits are its weighted sums`;
  return {
    operator,
    notes: [`Cut before ${what}.`],
    run: async (input) => logits.predictOnBatch(input as never) as TfjsTensor,
    close: () => twin?.dispose(),
  };
}

function endOf(layer: Layer): End | undefined {
  const name = layer.getClassName() === "Softmax" ? "softmax" : layer.activation?.getClassName();
  return ({ softmax: "Softmax", logSoftmax: "LogSoftmax", sigmoid: "Sigmoid" } as const)[name ?? ""];
}
