import { type RowStats, rowStats, softmaxRows } from "../kernels/index.js";
import { checkBatch, toLogits } from "./batch.js";
import { LogitsError } from "./errors.js";
import type { Batch } from "./types.js";

/**
 * What a batch of scores says about each row: the winner, how sure, and how it fared against the label.
 * Computed once from logits and shared by every measure; all per-row arrays have `rows` entries.
 *
 * With m = max z and r = Σ_{k ≠ winner} exp(z_k − m): confidence = 1/(1 + r), log-odds = −ln r, lse = m + ln(1 + r).
 * None of them is computed as 1 − p, so that they keep their digits when the winner's probability rounds to 1.
 */
export interface Predictions {
  /** The scores as logits (probabilities are read as their logarithm). */
  batch: Batch;
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

export function predictions(given: Batch): Predictions {
  checkBatch(given);
  const batch = toLogits(given);
  const { values, rows, classes, labels } = batch;
  const offset = batch.offset ?? 0;
  const stats: RowStats = {
    argmax: new Int32Array(rows),
    tie: new Uint8Array(rows),
    max: new Float64Array(rows),
    rest: new Float64Array(rows),
  };
  rowStats(values, rows, classes, stats);
  const confidence = new Float64Array(rows);
  const logOdds = new Float64Array(rows);
  const logSumExp = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const rest = stats.rest[row]!;
    if (Number.isNaN(rest)) throw notFinite(batch, row);
    confidence[row] = 1 / (1 + rest);
    logOdds[row] = -Math.log(rest);
    logSumExp[row] = stats.max[row]! + Math.log1p(rest);
  }
  let correct: Uint8Array | undefined;
  let nll: Float64Array | undefined;
  let infinite = 0;
  let floored = 0;
  if (labels) {
    correct = new Uint8Array(rows);
    nll = new Float64Array(rows);
    const highest = batch.floor === undefined ? Infinity : -Math.log(batch.floor);
    for (let row = 0; row < rows; row++) {
      const label = labels[row]!;
      correct[row] = label === stats.argmax[row] ? 1 : 0;
      const loss = logSumExp[row]! - values[row * classes + label]!;
      if (loss > highest) floored++;
      if (loss === Infinity && highest === Infinity) infinite++;
      // Rounding may give −1e-16 for a label whose probability is 1.
      nll[row] = Math.min(Math.max(loss, 0), highest);
    }
  }
  let probs: Float64Array | undefined;
  return {
    batch,
    rows,
    classes,
    offset,
    predicted: stats.argmax,
    tie: stats.tie,
    confidence,
    logOdds,
    logSumExp,
    labels,
    correct,
    nll,
    infinite,
    floored,
    probs: () => {
      if (!probs) {
        probs = new Float64Array(rows * classes);
        softmaxRows(values, rows, classes, probs);
      }
      return probs;
    },
  };
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
