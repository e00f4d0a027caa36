import { type Batch, softmaxRows } from "../core/index.js";
import { kthSmallest } from "../stats/kthSmallest.js";
import { conformalRank } from "./rank.js";
import { rowDraws } from "./rowDraws.js";
import { labelScores, type Scoring } from "./scored.js";
import { orderStatistic, type Threshold } from "./threshold.js";

/** Fewer rows than this are not worth it. */
const fewRows = 5000;
/** Rows whose probabilities are in memory at a time. */
const rowsAtATime = 2048;
/** No score from probabilities of f32 is further from its own than this: their relative error is 1e-5 at most, and what underflows is less than that. */
const error = 2e-5;

/**
 * The threshold of all rows, from scores that are not exact: those that are far enough from the k-th are on the right side of it, and only the few around it are
 * scored exactly. So it is the exact order statistic, to the last bit. Undefined where that is not quicker.
 */
export function quickThreshold(batch: Batch, scoring: Scoring, alpha: number): Threshold | undefined {
  const { rows, values } = batch;
  const rank = conformalRank(rows, alpha);
  if (batch.kind === "probs" || !(values instanceof Float32Array) || rows < fewRows || rank > rows) return undefined;
  const near = approximated(batch, scoring);
  if (!near) return undefined;
  const about = kthSmallest(near, rank);
  if (!Number.isFinite(about)) return undefined;
  let below = 0;
  const around: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (near[row]! < about - 2 * error) below++;
    else if (near[row]! <= about + 2 * error) around.push(row);
  }
  if (around.length > rows / 2) return undefined;
  const exact = labelScores(batch, scoring, "fit", around);
  return { ...orderStatistic(exact, undefined, rank - below), rows, rank };
}

/** Scores from probabilities of f32, in the order of rows; undefined where a row has none, which the exact way will name. */
function approximated(batch: Batch, { score, params, randomise, seed }: Scoring): Float64Array | undefined {
  const { rows, classes, labels } = batch;
  const values = batch.values as Float32Array;
  const { quick } = score;
  if (!quick) return undefined;
  const near = new Float64Array(rows);
  const p = new Float32Array(Math.min(rows, rowsAtATime) * classes);
  const draw = randomise && score.randomised ? rowDraws(batch, seed, "fit") : () => 1;
  for (let start = 0; start < rows; start += rowsAtATime) {
    const count = Math.min(rowsAtATime, rows - start);
    softmaxRows(
      values.subarray(start * classes, (start + count) * classes),
      count,
      classes,
      p.subarray(0, count * classes),
    );
    for (let i = 0; i < count; i++) {
      const row = start + i;
      const label = row * classes + labels![row]!;
      // What is wrong with the row makes all of its probabilities NaN.
      if (p[i * classes] !== p[i * classes]) return undefined;
      near[row] =
        values[label] === -Infinity
          ? Infinity
          : quick(values, row * classes, label, p, i * classes, classes, draw(row), params);
    }
  }
  return near;
}
