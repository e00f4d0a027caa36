import { takeRows } from "./batch.js";
import type { Predictions } from "./predictions.js";

/** The predictions of some rows of a batch, as a batch of their own. Row indices in the source are lost: not for what is keyed by row. */
export function selectRows(from: Predictions, rows: ArrayLike<number>): Predictions {
  const pick = <A extends Float64Array | Int32Array | Uint8Array>(column: A): A => {
    const picked = new (column.constructor as new (length: number) => A)(rows.length);
    for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!;
    return picked;
  };
  let batch: Predictions["batch"] | undefined;
  let probs: Float64Array | undefined;
  const { classes } = from;
  return {
    get batch() {
      batch ??= takeRows(from.batch, rows);
      return batch;
    },
    scale: from.scale,
    rows: rows.length,
    classes,
    offset: 0,
    predicted: pick(from.predicted),
    tie: pick(from.tie),
    confidence: pick(from.confidence),
    logOdds: pick(from.logOdds),
    logSumExp: pick(from.logSumExp),
    labels: from.labels && pick(from.labels),
    correct: from.correct && pick(from.correct),
    nll: from.nll && pick(from.nll),
    infinite: 0,
    floored: 0,
    probs: () => {
      if (!probs) {
        const all = from.probs();
        probs = new Float64Array(rows.length * classes);
        for (let i = 0; i < rows.length; i++)
          probs.set(all.subarray(rows[i]! * classes, (rows[i]! + 1) * classes), i * classes);
      }
      return probs;
    },
  };
}
