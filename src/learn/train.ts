import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { LogitsError } from "../core/index.js";
import { crossEntropy, type Loss, type LossInput } from "../losses/index.js";
import { augment, type Augmentation } from "./augment.js";
import { checkRows, type Engine, engineFor } from "./engine.js";
import { type Examples, gather } from "./examples.js";
import { forward, parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { type OptimizerName, type OptimizerState, startOf, step } from "./optimizers.js";
import { plainEpochs, plainJudge } from "./plainTrain.js";
import { predict } from "./predict.js";
import type { SparseExamples } from "./sparse.js";
import { checkLoss, countRight, orderOf, rateAt } from "./steps.js";
import { type Tf, tensorflow } from "./tensorflow.js";

/** Value and gradient of a batch's logits: any loss of `logits/losses`, as it is or with its options bound. */
export type LossOfLogits = (input: LossInput, labels: Int32Array) => Loss;

export interface TrainOptions {
  /** Default cross-entropy. */
  loss?: LossOfLogits;
  /** Default adam. */
  optimizer?: OptimizerName;
  /** Learning rate, > 0; default 0.001 for adam, 0.02 for sgd. */
  rate?: number;
  /** How the rate goes on: `cosine` falls to 0 over the epochs, `constant` stays; default cosine. */
  schedule?: "cosine" | "constant";
  /** Weight decay (AdamW), ≥ 0; default and no-op 0. */
  decay?: number;
  /** How much of the last step goes into the next one, in sgd, in [0, 1); default 0.9, no-op 0. */
  momentum?: number;
  /** Passes over the data, an integer ≥ 1; default 10. */
  epochs?: number;
  /** Examples a step, an integer ≥ 1; default 64. */
  batch?: number;
  /** Of the order of examples and of their changes; default 1. */
  seed?: number;
  /** false: every epoch takes the examples in the order given; default true. */
  shuffle?: boolean;
  augment?: Augmentation;
  /** Examples that are not learned from: training stops where their loss has not fallen for `patience` epochs, and the network of the best epoch is kept. */
  validation?: Examples | SparseExamples;
  /** Epochs, an integer ≥ 1; default 5. */
  patience?: number;
  /** Called after every epoch, and waited for; `state` goes on from there when it is given as `from`. */
  onEpoch?: (report: EpochReport, state: TrainState) => void | Promise<void>;
  from?: TrainState;
  /** Default plain TypeScript for sparse examples, and where TensorFlow.js is not installed for networks without convolution; else TensorFlow.js. */
  engine?: Engine;
}

export interface EpochReport {
  /** 1, 2 … */
  epoch: number;
  /** Mean loss and accuracy over the steps of the epoch, on examples as they were then. */
  loss: number;
  accuracy: number;
  validation?: { loss: number; accuracy: number };
  seconds: number;
}

/** Where training is: plain data. */
export interface TrainState {
  /** Epochs done. */
  epoch: number;
  parameters: Float32Array[];
  optimizer: OptimizerState;
  best?: { epoch: number; loss: number; parameters: Float32Array[] };
  history: EpochReport[];
}

export interface Trained {
  network: Network;
  history: readonly EpochReport[];
  /** The epoch whose weights these are. */
  epoch: number;
}

/**
 * Learns a network's weights from examples by the gradient of a loss of its logits. The same network, examples, options and seed give the same bits.
 *
 * @throws "bad-data" for examples that cannot be learned from; "not-finite" where a loss stops being a number: a lower rate may help; "bad-argument", "missing-package".
 * @example
 *     const { network: trained } = await train(net, examples, { epochs: 5, seed: 7, onEpoch: console.log });
 */
export async function train(
  net: Network,
  data: Examples | SparseExamples,
  options: TrainOptions = {},
): Promise<Trained> {
  const { epochs = 10, batch = 64, seed = 1, patience = 5, validation, onEpoch, from } = options;
  checkOptions(options);
  for (const examples of [data, ...(validation ? [validation] : [])]) {
    checkRows("train", net, examples);
    checkClasses(net, examples);
  }
  const { optimizer = "adam" } = options;
  const state = from ? copyOf(from) : startState(net, optimizer);
  const { epoch, judge } = await trainerOf(net, data, options.engine);
  while (state.epoch < epochs) {
    if (state.best && state.epoch - state.best.epoch >= patience) break;
    const started = performance.now();
    const seen = epoch(data, state, { ...options, epochs, batch, seed });
    state.epoch++;
    const report: EpochReport = { epoch: state.epoch, ...seen, seconds: (performance.now() - started) / 1000 };
    if (validation) report.validation = await judge({ ...net, parameters: state.parameters }, validation, options.loss);
    state.history.push(report);
    const loss = report.validation?.loss;
    if (loss !== undefined && !(loss >= (state.best?.loss ?? Infinity)))
      state.best = { epoch: state.epoch, loss, parameters: state.parameters.map((p) => p.slice()) };
    await onEpoch?.(report, state);
  }
  const { best } = state;
  return {
    network: { ...net, parameters: best?.parameters ?? state.parameters },
    history: state.history,
    epoch: best?.epoch ?? state.epoch,
  };
}

/** What trains by epochs and judges between them. */
interface Trainer {
  epoch(data: Examples | SparseExamples, state: TrainState, options: EpochOptions): { loss: number; accuracy: number };
  judge(
    net: Network,
    examples: Examples | SparseExamples,
    loss?: LossOfLogits,
  ): { loss: number; accuracy: number } | Promise<{ loss: number; accuracy: number }>;
}

async function trainerOf(net: Network, data: Examples | SparseExamples, asked?: Engine): Promise<Trainer> {
  if ((await engineFor("train", net, data, asked)) === "plain") return { epoch: plainEpochs(net), judge: plainJudge };
  const tf = await tensorflow();
  return {
    epoch: (examples, state, options) => runEpoch(tf, net, examples as Examples, state, options),
    judge: (trained, examples, loss) => judge(trained, examples, loss),
  };
}

const startState = (net: Network, optimizer: OptimizerName): TrainState => ({
  epoch: 0,
  parameters: net.parameters.map((p) => p.slice()),
  optimizer: startOf(optimizer, net.parameters),
  history: [],
});

function copyOf(state: TrainState): TrainState {
  const copies = (arrays: readonly Float32Array[]): Float32Array[] => arrays.map((array) => array.slice());
  return {
    ...state,
    parameters: copies(state.parameters),
    optimizer: { ...state.optimizer, moments: copies(state.optimizer.moments) },
    ...(state.best && { best: { ...state.best, parameters: copies(state.best.parameters) } }),
    history: [...state.history],
  };
}

export type EpochOptions = TrainOptions & { epochs: number; batch: number; seed: number };

function runEpoch(
  tf: Tf,
  net: Network,
  data: Examples,
  state: TrainState,
  options: EpochOptions,
): { loss: number; accuracy: number } {
  const { batch, seed, decay = 0, momentum, shuffle = true, augment: changes } = options;
  const n = data.labels.length;
  const order = orderOf(n, shuffle, seed + state.epoch);
  let loss = 0;
  let right = 0;
  for (let at = 0; at < n; at += batch) {
    const rows = order.subarray(at, Math.min(n, at + batch));
    const values = gather(data, rows);
    if (changes) augment(values, data.shape, changes, seed, state.epoch, at);
    const labels = Int32Array.from(rows, (row) => data.labels[row]!);
    const seen = gradientsOf(tf, { ...net, parameters: state.parameters }, values, labels, options.loss);
    checkLoss(seen.loss, state.epoch);
    step(state.optimizer, state.parameters, seen.gradients, rateAt(options, state.epoch + at / n), decay, momentum);
    loss += seen.loss * rows.length;
    right += seen.right;
  }
  return { loss: loss / n, accuracy: right / n };
}

interface Gradients {
  loss: number;
  /** Examples whose largest logit is that of their label. */
  right: number;
  gradients: Float32Array[];
}

/** The loss of some examples and its gradient in every parameter. */
export function gradientsOf(
  tf: Tf,
  net: Network,
  values: Float32Array,
  labels: Int32Array,
  loss: LossOfLogits = crossEntropy,
): Gradients {
  const classes = net.classes.length;
  const parameters = parameterTensors(tf, net);
  const x = tf.tensor(values, [labels.length, ...net.input]);
  let right = 0;
  const ofLogits = tf.customGrad(((logits: Tensor) => {
    const scores = logits.dataSync() as Float32Array;
    const { value, gradient } = loss({ values: scores, rows: labels.length, classes }, labels);
    right = countRight(scores, labels, classes);
    return {
      value: tf.scalar(value),
      gradFunc: (dy: Tensor) => tf.mul(dy, tf.tensor(Float32Array.from(gradient), [labels.length, classes])),
    };
  }) as never) as unknown as (logits: Tensor) => Scalar;
  const wanted = { input: false, parameters: true };
  const run = (...ps: Tensor[]): Scalar => ofLogits(forward(tf, net, x, ps, wanted));
  const { value, grads } = tf.valueAndGrads(run)(parameters);
  const result = { loss: value.dataSync()[0]!, right, gradients: grads.map((grad) => grad.dataSync() as Float32Array) };
  tf.dispose([x, value, ...grads, ...parameters]);
  return result;
}

async function judge(
  net: Network,
  examples: Examples | SparseExamples,
  loss: LossOfLogits = crossEntropy,
): Promise<{ loss: number; accuracy: number }> {
  const { values, rows, classes } = await predict(net, examples);
  const right = countRight(values as Float32Array, examples.labels, classes);
  return {
    loss: loss({ values: values as Float32Array, rows, classes }, examples.labels).value,
    accuracy: right / rows,
  };
}

function checkOptions({ epochs = 1, batch = 1, patience = 1, rate = 1, decay = 0, momentum = 0 }: TrainOptions): void {
  for (const [name, value] of Object.entries({ epochs, batch, patience }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new LogitsError("bad-argument", `Cannot train: ${name} must be an integer ≥ 1, got ${value}`);
  if (!(rate > 0 && rate < Infinity))
    throw new LogitsError("bad-argument", `Cannot train: rate must be > 0, got ${rate}`);
  if (!(decay >= 0 && decay < Infinity))
    throw new LogitsError("bad-argument", `Cannot train: decay must be ≥ 0, got ${decay}`);
  if (!(momentum >= 0 && momentum < 1))
    throw new LogitsError("bad-argument", `Cannot train: momentum must be in [0, 1), got ${momentum}`);
}

function checkClasses({ classes }: Network, { classes: given, labels }: Pick<Examples, "classes" | "labels">): void {
  if (given.length !== classes.length)
    throw new LogitsError(
      "mismatch",
      `Cannot train: there must be ${classes.length} classes, as the network has, got ${given.length}`,
    );
  if (labels.every((label) => label === labels[0]))
    throw new LogitsError(
      "bad-data",
      `Cannot train: there must be examples of at least 2 classes, got only ${given[labels[0]!]}`,
    );
}
