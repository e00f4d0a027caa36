// What a step of training is, whichever engine computes it.
import { LogitsError, shuffled } from "../core/index.js";
import type { EpochOptions } from "./train.js";

/** The order of n examples in an epoch. */
export const orderOf = (n: number, shuffle: boolean, seed: number): Uint32Array =>
  shuffle ? shuffled(n, seed) : Uint32Array.from({ length: n }, (_, row) => row);

/** The learning rate after so many epochs. */
export function rateAt(
  { optimizer = "adam", rate = optimizer === "adam" ? 0.001 : 0.02, schedule = "cosine", epochs }: EpochOptions,
  epoch: number,
): number {
  return schedule === "constant" ? rate : (rate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
}

export function checkLoss(loss: number, epoch: number): void {
  if (!Number.isFinite(loss))
    throw new LogitsError("not-finite", `Cannot train: the loss must stay finite, got ${loss} in epoch ${epoch + 1}`, {
      hint: "A lower learning rate may help.",
    });
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
