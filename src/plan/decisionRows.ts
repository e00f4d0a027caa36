import { type Batch, LogitsError, notFinite } from "../core/index.js";
import { logOddsOf, ownOdds, positiveClasses, winnersOf } from "../decide/index.js";

/** Log-odds that a threshold is held against, and which rows are positive (1). */
export interface DecisionRows {
  scores: Float64Array;
  truth: Uint8Array;
}

/** The labels, which every figure needs. */
export function labelsOf(batch: Batch): Int32Array {
  if (batch.labels) return batch.labels;
  throw new LogitsError("no-labels", "Cannot judge a threshold: every row must have a label, got none", {
    hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
  });
}

/** Is the row one of these classes? */
export function positiveRows(
  positive: string | number | readonly (string | number)[],
  classes: readonly string[],
  needsLabels = true,
): (batch: Batch) => DecisionRows {
  const indices = positiveClasses(positive, classes);
  const within = Uint8Array.from(classes, (_, k) => (indices.includes(k) ? 1 : 0));
  return (batch) => {
    const labels = needsLabels || batch.labels ? labelsOf(batch) : undefined;
    return {
      scores: logOddsOf(batch, indices),
      truth: labels ? Uint8Array.from(labels, (label) => within[label]!) : new Uint8Array(batch.rows),
    };
  };
}

/** Is the winner right? */
export function rightRows(batch: Batch): DecisionRows {
  const labels = labelsOf(batch);
  const { winners, logOdds } = winnersOf(batch);
  return { scores: logOdds, truth: Uint8Array.from(winners, (winner, row) => (winner === labels[row] ? 1 : 0)) };
}

/** Is the row of class k, asked where k wins? Where another class wins, no threshold is reached. */
export function wonRows(batch: Batch): (k: number) => DecisionRows {
  const labels = labelsOf(batch);
  const { winners, logOdds } = winnersOf(batch);
  return (k) => {
    const scores = new Float64Array(batch.rows).fill(-Infinity);
    const truth = new Uint8Array(batch.rows);
    // Plain loops: with 1,000 classes every row is passed over 1,000 times.
    for (let row = 0; row < batch.rows; row++) {
      if (winners[row] === k) scores[row] = logOdds[row]!;
      if (labels[row] === k) truth[row] = 1;
    }
    return { scores, truth };
  };
}

/** Is label k true? Labels do not exclude each other: each has its own score, and 0 or 1 in a table of the same shape. */
export function labelRows(batch: Batch, truth: Batch): (k: number) => DecisionRows {
  const { rows, classes } = batch;
  if (truth.rows !== rows || truth.classes !== classes)
    throw new LogitsError(
      "mismatch",
      `Cannot judge thresholds of labels: the truth must be ${rows} rows × ${classes} labels as the scores, got ${truth.rows} × ${truth.classes}`,
    );
  const odd = truth.values.findIndex((one) => one !== 0 && one !== 1);
  if (odd >= 0)
    throw new LogitsError(
      "bad-data",
      `Cannot judge thresholds of labels: the truth must be 0 or 1, got ${truth.values[odd]} in row ${Math.floor(odd / classes)}`,
    );
  const { values } = ownOdds(batch);
  return (k) => {
    const scores = Float64Array.from({ length: rows }, (_, row) => values[row * classes + k]!);
    const nan = scores.findIndex((score) => score !== score);
    if (nan >= 0) throw notFinite({ ...batch, values }, nan);
    return { scores, truth: Uint8Array.from({ length: rows }, (_, row) => truth.values[row * classes + k]!) };
  };
}
