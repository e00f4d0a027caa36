import type { Tensor } from "@tensorflow/tfjs-core";
import { LogitsError } from "../core/index.js";
import { crossEntropy } from "../losses/index.js";
import { augment } from "./augment.js";
import { gradients } from "./backward.js";
import { type Engine, engineFor } from "./engine.js";
import { type Examples, gather } from "./examples.js";
import { parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { type OptimizerName, startOf, step } from "./optimizers.js";
import { plainEpochs, plainJudge } from "./plainTrain.js";
import { predict } from "./predict.js";
import type { SparseExamples } from "./sparse.js";
import { countRight, passOver } from "./steps.js";
import { type Tf, tensorflow } from "./tensorflow.js";
import {
  checkTraining,
  type EpochOptions,
  type EpochReport,
  type LossOfLogits,
  type TrainOptions,
  type TrainState,
} from "./trainOptions.js";

export interface Trained {
  network: Network;
  history: readonly EpochReport[];
  /** The epoch whose weights these are. */
  epoch: number;
}

/**
 * Learns a network's weights from examples by steps along the gradient of a loss of its logits, each over `batch` of them in an order drawn by lot. The same
 * network, examples, options and seed give the same bits. Neither network nor examples are changed.
 *
 * @returns the network of the last epoch or, with `validation`, of the best
 * @throws "bad-data" for examples that cannot be learned from; "mismatch" for those of another network; "bad-argument"; "not-finite" where the loss or a weight
 * stops being a number; "missing-package"
 * @example
 *     const { network: trained } = await train(net, examples, { epochs: 5, seed: 7, onEpoch: console.log });
 */
export async function train(
  net: Network,
  data: Examples | SparseExamples,
  options: TrainOptions = {},
): Promise<Trained> {
  checkTraining(net, data, options);
  const { epochs = 10, batch = 64, seed = 1, patience = 5, optimizer = "adam", validation, onEpoch, from } = options;
  const state = from ? copyOf(from) : startState(net, optimizer);
  const trainer = await trainerOf(net, data, options.engine);
  while (state.epoch < epochs) {
    if (state.best && state.epoch - state.best.epoch >= patience) break;
    const started = performance.now();
    const report = await finite(state.epoch + 1, async (epoch): Promise<EpochReport> => {
      const seen = trainer.epoch(data, state, { ...options, epochs, batch, seed });
      const now = { ...net, parameters: state.parameters };
      const judged = validation && { validation: await trainer.judge(now, validation, options.loss) };
      return { epoch, ...seen, ...judged, seconds: (performance.now() - started) / 1000 };
    });
    state.epoch++;
    state.history.push(report);
    const loss = report.validation?.loss ?? Infinity;
    if (loss < (state.best?.loss ?? Infinity))
      state.best = { epoch: state.epoch, loss, parameters: state.parameters.map((p) => p.slice()) };
    await onEpoch?.(report, copyOf(state));
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
  return { epoch: (examples, state, options) => runEpoch(tf, net, examples as Examples, state, options), judge };
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

/** Says of numbers that stopped being some in which epoch it was, and what to do: losses refuse such logits themselves. */
async function finite<T>(epoch: number, run: (epoch: number) => Promise<T>): Promise<T> {
  try {
    return await run(epoch);
  } catch (cause) {
    if (!LogitsError.isInstance(cause) || cause.code !== "not-finite") throw cause;
    throw new LogitsError(
      "not-finite",
      `Cannot train: loss and weights must stay finite, got others in epoch ${epoch}`,
      { hint: "A lower learning rate may help.", cause },
    );
  }
}

function runEpoch(
  tf: Tf,
  net: Network,
  data: Examples,
  state: TrainState,
  options: EpochOptions,
): { loss: number; accuracy: number } {
  const { seed, decay = 0, momentum, augment: changes } = options;
  return passOver(data, state, options, ({ rows, labels, at, rate }) => {
    const values = gather(data, rows);
    if (changes) augment(values, data.shape, changes, seed, state.epoch, at);
    const { gradients: slopes, ...seen } = slopesOf(
      tf,
      { ...net, parameters: state.parameters },
      values,
      labels,
      options.loss,
    );
    step(state.optimizer, state.parameters, slopes, rate, decay, momentum);
    return seen;
  });
}

/** The loss of some examples, its gradient in every parameter, and how many examples have the largest logit at their label. */
function slopesOf(
  tf: Tf,
  net: Network,
  values: Float32Array,
  labels: Int32Array,
  loss: LossOfLogits = crossEntropy,
): { loss: number; right: number; gradients: Float32Array[] } {
  const [rows, classes] = [labels.length, net.classes.length];
  const parameters: Tensor[] = parameterTensors(tf, net);
  const seen = { loss: NaN, right: 0 };
  const goal = (logits: Float32Array): ArrayLike<number> => {
    const { value, gradient } = loss({ values: logits, rows, classes }, labels);
    seen.loss = value;
    seen.right = countRight(logits, labels, classes);
    return gradient;
  };
  try {
    const slopes = gradients(tf, net, parameters, values, goal, { input: false, parameters: true });
    return { ...seen, gradients: slopes.parameters! };
  } finally {
    tf.dispose(parameters);
  }
}

async function judge(
  net: Network,
  examples: Examples | SparseExamples,
  loss: LossOfLogits = crossEntropy,
): Promise<{ loss: number; accuracy: number }> {
  const { values, rows, classes } = await predict(net, examples);
  const scores = values as Float32Array;
  const right = countRight(scores, examples.labels, classes);
  return { loss: loss({ values: scores, rows, classes }, examples.labels).value, accuracy: right / rows };
}
