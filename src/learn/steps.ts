// What a step of training is, whichever engine computes it.
import { LogitsError, shuffled } from "../core/index.js";
import type { EpochOptions } from "./trainOptions.js";

/** The order of n examples in an epoch. */
export const orderOf = (n: number, shuffle: boolean, seed: number, epoch: number): Uint32Array =>
  shuffle ? shuffled(n, seed, "shuffle", epoch) : Uint32Array.from({ length: n }, (_, row) => row);

/** The learning rate after so many epochs. */
export function rateAt(
  { optimizer = "adam", rate = optimizer === "adam" ? 0.001 : 0.02, schedule = "cosine", epochs }: EpochOptions,
  epoch: number,
): number {
  return schedule === "constant" ? rate : (rate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
}

export function checkFinite(loss: number, parameters: readonly Float32Array[]): void {
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
