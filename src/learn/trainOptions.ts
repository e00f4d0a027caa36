import { LogitsError } from "../core/index.js";
import type { Loss, LossInput } from "../losses/index.js";
import type { Augmentation } from "./augment.js";
import { checkSeed } from "./checkSeed.js";
import { checkRows, type Engine } from "./engine.js";
import type { Examples } from "./examples.js";
import type { Network } from "./network.js";
import { optimizerNames, type OptimizerName, type OptimizerState } from "./optimizers.js";
import type { SparseExamples } from "./sparse.js";

/** Value and gradient of a batch's logits: any loss of `logits/losses`, as it is or with its options bound. */
export type LossOfLogits = (input: LossInput, labels: Int32Array) => Loss;

export interface TrainOptions {
  /** Default cross-entropy. */
  loss?: LossOfLogits;
  /** Default adam. */
  optimizer?: OptimizerName;
  /** Learning rate, > 0; default 0.001 for adam, 0.02 for sgd. */
  rate?: number;
  /** How the rate goes on: `cosine` falls to 0 over the epochs, `constant` stays; default cosine, no-op constant. */
  schedule?: "cosine" | "constant";
  /** Weight decay (AdamW), ≥ 0; default and no-op 0. */
  decay?: number;
  /** How much of the last step goes into the next one, in sgd, in [0, 1); default 0.9, no-op 0. */
  momentum?: number;
  /** Passes over the data, an integer ≥ 1; default 10. */
  epochs?: number;
  /** Examples a step, an integer ≥ 1; default 64. */
  batch?: number;
  /** Of the order of examples and of their changes, an integer 0 … 2³² − 1; default 1. */
  seed?: number;
  /** false: every epoch takes the examples in the order given; default true. */
  shuffle?: boolean;
  /** Changes to pictures while they are learned from; default and no-op none. */
  augment?: Augmentation;
  /** Examples that are not learned from: training stops where their loss has not fallen for `patience` epochs, and the network of the best epoch is kept. Default none: all epochs, and the network of the last. */
  validation?: Examples | SparseExamples;
  /** Epochs, an integer ≥ 1; default 5. */
  patience?: number;
  /** Called after every epoch, and waited for; `state` is a copy, and training goes on from there when it is given as `from`. */
  onEpoch?: (report: EpochReport, state: TrainState) => void | Promise<void>;
  /** Called after every step with the number of examples that the epoch has seen. */
  onStep?: (seen: number, of: number) => void;
  /** Where to go on. With the same options the rest is what it would have been without a break, to the bit. */
  from?: TrainState;
  /** Default plain TypeScript for sparse examples, and where TensorFlow.js is not installed for networks without convolution; else TensorFlow.js. */
  engine?: Engine;
}

/** With what an epoch cannot do without. */
export type EpochOptions = TrainOptions & { epochs: number; batch: number; seed: number };

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

/** Refuses what `train` cannot do. */
export function checkTraining(net: Network, data: Examples | SparseExamples, options: TrainOptions): void {
  checkOptions(options);
  const { validation, augment: changes, from, optimizer = "adam" } = options;
  for (const examples of [data, ...(validation ? [validation] : [])]) {
    checkRows("train", net, examples);
    checkClasses(net, examples);
  }
  if (data.labels.every((label) => label === data.labels[0]))
    refuse("bad-data", `there must be examples of at least 2 classes, got only ${data.classes[data.labels[0]!]}`);
  if (changes && net.input.length !== 3)
    refuse("bad-argument", `only pictures can be changed (augment), got examples of ${net.input.join(" × ")}`);
  if (from) checkState(net, from, optimizer);
}

function refuse(code: "bad-argument" | "bad-data" | "mismatch", what: string): never {
  throw new LogitsError(code, `Cannot train: ${what}`);
}

function checkOptions(options: TrainOptions): void {
  const {
    epochs = 1,
    batch = 1,
    patience = 1,
    rate = 1,
    decay = 0,
    momentum = 0,
    seed = 0,
    augment: changes,
  } = options;
  const { optimizer = "adam", schedule = "cosine" } = options;
  for (const [name, value] of Object.entries({ epochs, batch, patience }))
    if (!(Number.isInteger(value) && value >= 1))
      refuse("bad-argument", `${name} must be an integer ≥ 1, got ${value}`);
  checkSeed("train", seed);
  if (!(rate > 0 && rate < Infinity)) refuse("bad-argument", `rate must be > 0, got ${rate}`);
  if (!(decay >= 0 && decay < Infinity)) refuse("bad-argument", `decay must be ≥ 0, got ${decay}`);
  if (!(momentum >= 0 && momentum < 1)) refuse("bad-argument", `momentum must be in [0, 1), got ${momentum}`);
  if (!optimizerNames.includes(optimizer))
    refuse("bad-argument", `optimizer must be ${optimizerNames.join(" or ")}, got ${optimizer}`);
  if (schedule !== "cosine" && schedule !== "constant")
    refuse("bad-argument", `schedule must be cosine or constant, got ${schedule}`);
  const shift = changes?.shift ?? 0;
  if (!(Number.isInteger(shift) && shift >= 0)) refuse("bad-argument", `shift must be an integer ≥ 0, got ${shift}`);
}

function checkClasses({ classes }: Network, { classes: given }: Pick<Examples, "classes">): void {
  if (given.length !== classes.length)
    refuse("mismatch", `there must be ${classes.length} classes, as the network has, got ${given.length}`);
}

function checkState(net: Network, { parameters, optimizer }: TrainState, name: OptimizerName): void {
  if (optimizer.name !== name) refuse("mismatch", `the state to go on from must be of ${name}, got ${optimizer.name}`);
  const lengths = (arrays: readonly Float32Array[]): string => arrays.map(({ length }) => length).join(", ");
  if (lengths(parameters) !== lengths(net.parameters))
    refuse(
      "mismatch",
      `the state to go on from must be of this network, with arrays of ${lengths(net.parameters)} numbers, got ${lengths(parameters)}`,
    );
}
