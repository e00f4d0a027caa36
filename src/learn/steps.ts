// What a step of training is, whichever engine computes it.
import { LogitsError, shuffled } from "../core/index.js";
import type { EpochOptions, TrainState } from "./trainOptions.js";

/** Some examples to learn from: which, their labels, how many came before them in the epoch, and the learning rate. */
export interface Share {
  rows: Uint32Array;
  labels: Int32Array;
  at: number;
  rate: number;
}

/** One pass over the labels, a share at a time, in the order of the epoch; `learn` changes `state.parameters`, and says its mean loss and how many were right. */
export function passOver(
  { labels: all }: { labels: Int32Array },
  state: TrainState,
  options: EpochOptions,
  learn: (share: Share) => { loss: number; right: number },
): { loss: number; accuracy: number } {
  const { batch, seed, shuffle = true, onStep } = options;
  const n = all.length;
  const order = orderOf(n, shuffle, seed, state.epoch);
  let loss = 0;
  let right = 0;
  for (let at = 0; at < n; at += batch) {
    const rows = order.subarray(at, Math.min(n, at + batch));
    const labels = Int32Array.from(rows, (row) => all[row]!);
    const seen = learn({ rows, labels, at, rate: rateAt(options, state.epoch + at / n) });
    loss += seen.loss * rows.length;
    right += seen.right;
    onStep?.(at + rows.length, n);
  }
  checkFinite(loss / n, state.parameters);
  return { loss: loss / n, accuracy: right / n };
}

/** The order of n examples in an epoch. */
const orderOf = (n: number, shuffle: boolean, seed: number, epoch: number): Uint32Array =>
  shuffle ? shuffled(n, seed, "shuffle", epoch) : Uint32Array.from({ length: n }, (_, row) => row);

/** The learning rate after so many epochs. */
function rateAt(
  { optimizer = "adam", rate = optimizer === "adam" ? 0.001 : 0.02, schedule = "cosine", epochs }: EpochOptions,
  epoch: number,
): number {
  return schedule === "constant" ? rate : (rate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
}

function checkFinite(loss: number, parameters: readonly Float32Array[]): void {
  if (!Number.isFinite(loss) || parameters.some((array) => !array.every(Number.isFinite)))
    throw new LogitsError("not-finite", `Cannot train: loss and weights must stay finite, got a loss of ${loss}`);
}

/** Rows whose largest logit is that of their label. */
export function countRight(scores: Float32Array | Float64Array, labels: Int32Array, classes: number): number {
  let right = 0;
  labels.forEach((label, row) => {
    let best = row * classes;
    for (let k = best + 1; k < (row + 1) * classes; k++) if (scores[k]! > scores[best]!) best = k;
    if (best - row * classes === label) right++;
  });
  return right;
}
