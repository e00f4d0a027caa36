import { type Pair } from "./pair.js";
import { checkBatch } from "../core/batch.js";
import { type Batch, LogitsError, toLogits } from "../core/index.js";
import { placeOf, type RankedRow, rankedRow, rankRow } from "./rankedRow.js";
import { rowDraws, type Stream } from "./rowDraws.js";
import type { ConformalScore, Place, ScoreParams } from "./score.js";

/** How rows are scored: everything that calibration and prediction must share. */
export interface Scoring {
  score: ConformalScore;
  params: ScoreParams;
  /** False: U is 1 in every row, and sets are larger than they need be. */
  randomise: boolean;
  seed: number;
}

/** Scores of some rows' classes, computed row by row into memory that is used again. */
export interface Scorer {
  batch: Batch;
  row: RankedRow;
  /** Puts a row in order; what follows is about it. */
  enter(row: number): void;
  scoreOf(value: number): number;
  fineOf(value: number): number;
}

/** Whether a class with this value is in the row's set that ends at `limit`; its fine score is computed where it is needed only. */
export function reaches(each: Scorer, value: number, limit: Pair): boolean {
  const score = each.scoreOf(value);
  return score < limit.score || (score === limit.score && each.fineOf(value) <= limit.fine);
}

/** A scorer of a batch of logits, log-probabilities or probabilities. */
export function scorer(given: Batch, { score, params, randomise, seed }: Scoring, stream: Stream): Scorer {
  checkBatch(given);
  if (score.gauge === "raw" && given.kind !== "logits")
    throw new LogitsError(
      "bad-argument",
      `Cannot score by ${score.name}: it needs one logit of yes or no for each class, got ${given.kind}`,
    );
  const batch = toLogits(given);
  const row = rankedRow(batch.classes);
  const draw = rowDraws(batch, seed, stream);
  const random = randomise && score.randomised;
  const place: Place = { first: 0, last: 0 };
  let u = 1;
  return {
    batch,
    row,
    enter(index) {
      rankRow(row, batch, index);
      if (random) u = draw(index);
    },
    scoreOf: (value) => (value === -Infinity ? Infinity : score.score(row, placeOf(row, value, place), u, params)),
    fineOf(value) {
      if (value === -Infinity) return Infinity;
      return score.fine ? score.fine(row, placeOf(row, value, place), u, params) : 0;
    },
  };
}

/**
 * The score of each row's label; Infinity where the label is masked.
 *
 * `fine(row)` tells rows apart whose scores round to the same number: computed when it is asked for, since few are.
 */
export interface LabelScores {
  scores: Float64Array;
  /** Absent where equal scores are ties. */
  fine?: (row: number) => number;
}

/** @param only these rows instead of all, in this order */
export function labelScores(
  batch: Batch,
  scoring: Scoring,
  stream: Stream = "fit",
  only?: ArrayLike<number>,
): LabelScores {
  const labels = labelsOf(batch);
  const each = scorer(batch, scoring, stream);
  const { values, rows, classes } = each.batch;
  const scores = new Float64Array(only ? only.length : rows);
  const valueOf = (i: number): number => {
    const row = only ? only[i]! : i;
    each.enter(row);
    return values[row * classes + labels[row]!]!;
  };
  for (let i = 0; i < scores.length; i++) scores[i] = each.scoreOf(valueOf(i));
  const fine = (i: number): number => each.fineOf(valueOf(i));
  return { scores, ...(scoring.score.fine && { fine }) };
}

export function labelsOf({ labels }: Batch): Int32Array {
  if (labels) return labels;
  throw new LogitsError("no-labels", "Cannot score the truth: every row must have a label, got none", {
    hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
  });
}

/** Rows whose label is masked. */
export function maskedLabels({ kind, values, rows, classes, labels }: Batch): number {
  const nothing = kind === "probs" ? 0 : -Infinity;
  let masked = 0;
  for (let row = 0, start = 0; row < rows; row++, start += classes)
    if (values[start + labels![row]!] === nothing) masked++;
  return masked;
}

/** The scores of every class of every row (rows × classes), and what tells equal ones apart. */
export function classScores(
  batch: Batch,
  scoring: Scoring,
  stream: Stream = "apply",
): { scores: Float64Array; fine: Float64Array } {
  const each = scorer(batch, scoring, stream);
  const { values, rows, classes } = each.batch;
  const scores = new Float64Array(rows * classes);
  const fine = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    each.enter(row);
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      scores[i] = each.scoreOf(values[i]!);
      fine[i] = each.fineOf(values[i]!);
    }
  }
  return { scores, fine };
}
