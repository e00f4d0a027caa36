import { type RowStats, rowStats, softmaxRows } from "../kernels/index.js";
import { checkBatch, toLogits } from "./batch.js";
import { LogitsError } from "./errors.js";
import { RowArrays } from "./rowArrays.js";
import type { Batch } from "./types.js";

/**
 * What a batch of scores says about each row: the winner, how sure, and how it fared against the label.
 * Computed once from logits, on first use, and shared by every measure; all per-row arrays have `rows` entries.
 *
 * With z the scaled scores, m = max z and r = Σ_{k ≠ winner} exp(z_k − m): confidence = 1/(1 + r), log-odds = −ln r, lse = m + ln(1 + r).
 * None of them is computed as 1 − p, so that they keep their digits when the winner's probability rounds to 1.
 */
export interface Predictions {
  /** The scores as logits (probabilities are read as their logarithm), before they are multiplied by `scale`. */
  batch: Batch;
  /** 1/T: everything below is of `scale` times the scores. */
  scale: number;
  rows: number;
  classes: number;
  /** Index of the first row within its source. */
  offset: number;
  /** The winner: lowest index of the largest score. */
  predicted: Int32Array;
  /** 1 where another class ties with the winner. */
  tie: Uint8Array;
  /** Probability of the winner. */
  confidence: Float64Array;
  /** Log-odds of the winner against all the rest: ln p/(1 − p), +Infinity when every other class is masked. */
  logOdds: Float64Array;
  logSumExp: Float64Array;
  labels: Int32Array | undefined;
  /** 1 where the winner is the label. */
  correct: Uint8Array | undefined;
  /** −ln p of the label, in nats; Infinity where the label is masked and the batch has no floor. */
  nll: Float64Array | undefined;
  /** Rows whose label has probability 0. */
  infinite: number;
  /** Rows whose label's probability was raised to the batch's floor. */
  floored: number;
  /** rows × classes probabilities in f64, computed on first use. */
  probs(): Float64Array;
}

/**
 * @param temperature what all logits are divided by first; range > 0, default and no-op 1.
 * @param arrays where to write; the result lasts until they are used for another batch.
 */
export function predictions(given: Batch, temperature = 1, arrays: RowArrays = new RowArrays()): Predictions {
  checkBatch(given);
  const batch = toLogits(given);
  const { values, rows, classes, labels, floor } = batch;
  const scale = 1 / temperature;
  const stats: RowStats = {
    argmax: arrays.take(Int32Array, "argmax", rows),
    tie: arrays.take(Uint8Array, "tie", rows),
    max: arrays.take(Float64Array, "max", rows),
    rest: arrays.take(Float64Array, "rest", rows),
  };
  rowStats(values, rows, classes, scale, stats);
  const { argmax, tie, max, rest } = stats;
  const confidence = arrays.take(Float64Array, "confidence", rows);
  for (let row = 0; row < rows; row++) {
    const others = rest[row]!;
    if (others !== others) throw notFinite(batch, row);
    confidence[row] = 1 / (1 + others);
  }
  const logOdds = once(() => {
    const odds = arrays.take(Float64Array, "logOdds", rows);
    for (let row = 0; row < rows; row++) {
      const others = rest[row]!;
      odds[row] = others > tiny ? -Math.log(others) : logOddsOf(values, row * classes, classes, argmax[row]!, scale);
    }
    return odds;
  });
  const logSumExp = once(() => {
    const lse = arrays.take(Float64Array, "logSumExp", rows);
    for (let row = 0; row < rows; row++) lse[row] = scale * max[row]! + Math.log1p(rest[row]!);
    return lse;
  });
  const correct = once(() => {
    const right = arrays.take(Uint8Array, "correct", rows);
    for (let row = 0; row < rows; row++) right[row] = labels![row] === argmax[row] ? 1 : 0;
    return right;
  });
  const losses = once(() => {
    const nll = arrays.take(Float64Array, "nll", rows);
    let infinite = 0;
    let floored = 0;
    const highest = floor === undefined ? Infinity : -Math.log(floor);
    for (let row = 0; row < rows; row++) {
      // From the winner down, so that nothing cancels where scores are large.
      const loss = scale * (max[row]! - values[row * classes + labels![row]!]!) + Math.log1p(rest[row]!);
      if (loss > highest) floored++;
      if (loss === Infinity && highest === Infinity) infinite++;
      nll[row] = Math.min(loss, highest);
    }
    return { nll, infinite, floored };
  });
  const probs = once(() => {
    const all = new Float64Array(rows * classes);
    softmaxRows(values, rows, classes, all, scale);
    return all;
  });
  return {
    batch,
    scale,
    rows,
    classes,
    offset: batch.offset ?? 0,
    predicted: argmax,
    tie,
    confidence,
    get logOdds() {
      return logOdds();
    },
    get logSumExp() {
      return logSumExp();
    },
    labels,
    get correct() {
      return labels && correct();
    },
    get nll() {
      return labels && losses().nll;
    },
    get infinite() {
      return labels ? losses().infinite : 0;
    },
    get floored() {
      return labels ? losses().floored : 0;
    },
    probs,
  };
}

/** Below this a sum of exponentials has lost digits to underflow. */
const tiny = 1e-300;

/** scale·(z_winner − lse(others)), from the largest of the others down; +Infinity when they are all masked. */
function logOddsOf(values: Batch["values"], start: number, classes: number, winner: number, scale: number): number {
  let second = -Infinity;
  for (let k = 0; k < classes; k++) if (k !== winner && values[start + k]! > second) second = values[start + k]!;
  if (second === -Infinity) return Infinity;
  let sum = 0;
  for (let k = 0; k < classes; k++) if (k !== winner) sum += Math.exp(scale * (values[start + k]! - second));
  return scale * (values[start + winner]! - second) - Math.log(sum);
}

function once<T>(compute: () => T): () => T {
  let done: { value: T } | undefined;
  return () => (done ??= { value: compute() }).value;
}

/** The error for a row that has no probabilities, naming what is wrong with it and where. */
export function notFinite(batch: Batch, row: number): LogitsError {
  const at = (batch.offset ?? 0) + row;
  for (let column = 0; column < batch.classes; column++) {
    const value = batch.values[row * batch.classes + column]!;
    if (Number.isNaN(value) || value === Infinity) {
      const message = `Cannot use row ${at}, column ${column}: a score must be finite or -Infinity, got ${value}`;
      return new LogitsError("not-finite", message, { row: at, column });
    }
  }
  return new LogitsError(
    "not-finite",
    `Cannot use row ${at}: at least one class must not be masked, got only -Infinity`,
    { row: at },
  );
}
