import { crossEntropy } from "../losses/index.js";
import { augment } from "./augment.js";
import type { Examples } from "./examples.js";
import type { Network } from "./network.js";
import { MOMENTUM, step } from "./optimizers.js";
import { plainForward, plainGradients, rowsOf, type Slopes, slopesOf, wholeSums } from "./plain.js";
import { isSparse, type SparseExamples } from "./sparse.js";
import { countRight, passOver } from "./steps.js";
import type { EpochOptions, LossOfLogits, TrainState } from "./trainOptions.js";

/** Rows that are looked at together where nothing is learned. */
const TOGETHER = 1000;

/** One pass over the data in plain TypeScript, which changes `state`. */
export function plainEpochs(
  net: Network,
): (data: Examples | SparseExamples, state: TrainState, options: EpochOptions) => { loss: number; accuracy: number } {
  let slopes: Slopes | undefined;
  return (data, state, options) => {
    const own = (slopes ??= slopesOf(net, isSparse(data)));
    const { seed, augment: changes } = options;
    return passOver(data, state, options, ({ rows, labels, at, rate }) => {
      const some = rowsOf(data, rows, (values) => {
        if (changes) augment(values, data.shape, changes, seed, state.epoch, at);
      });
      const now = { ...net, parameters: state.parameters };
      const { loss, logits } = plainGradients(now, some, labels, options.loss, own);
      descend(now, state, own, rate, options);
      return { loss, right: countRight(logits, labels, net.classes.length) };
    });
  };
}

/** A step of the optimiser; one of plain gradient descent on a bag of words leaves the weights of other words alone, and need not look at them. */
function descend(
  net: Network,
  { optimizer }: TrainState,
  slopes: Slopes,
  rate: number,
  { decay = 0, momentum = MOMENTUM }: EpochOptions,
): void {
  const { parameters } = net;
  const { sums, count, columns, places } = slopes;
  if (places.length === 0 || optimizer.name !== "sgd" || momentum > 0 || decay > 0) {
    step(optimizer, parameters, wholeSums(net, slopes), rate, decay, momentum);
    return;
  }
  optimizer.steps++;
  const units = parameters[1]!.length;
  const [weights] = parameters;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < units; j++) weights![columns[i]! * units + j]! -= rate * Math.fround(sums[0]![i * units + j]!);
  for (let p = 1; p < parameters.length; p++)
    for (let i = 0; i < sums[p]!.length; i++) parameters[p]![i]! -= rate * Math.fround(sums[p]![i]!);
}

/** The logits of examples, by f64 sums. */
export function plainPredict(net: Network, examples: Examples | SparseExamples): Float32Array {
  const rows = examples.labels.length;
  const classes = net.classes.length;
  const values = new Float32Array(rows * classes);
  for (let from = 0; from < rows; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, rows - from) }, (_, i) => from + i);
    values.set(plainForward(net, rowsOf(examples, some)).at(-1)!, from * classes);
  }
  return values;
}

export function plainJudge(
  net: Network,
  examples: Examples | SparseExamples,
  loss: LossOfLogits = crossEntropy,
): { loss: number; accuracy: number } {
  const { labels } = examples;
  const classes = net.classes.length;
  const values = plainPredict(net, examples);
  return {
    loss: loss({ values, rows: labels.length, classes }, labels).value,
    accuracy: countRight(values, labels, classes) / labels.length,
  };
}
