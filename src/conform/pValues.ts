import { firstWhere } from "../stats/bisect.js";
import { type Batch, LogitsError } from "../core/index.js";
import { type ConformalDocument, scoringOf } from "./document.js";
import type { ConformalScore } from "./score.js";
import { scorer } from "./scored.js";

/** How unusual every class would be as the truth of a row, ranked among the calibration rows. */
export interface RowPValues {
  /** (1 + #{calibration scores ≥ this one})/(n + 1), one a class: above alpha exactly where the class is in the set at alpha. */
  p: Float64Array;
  /** The largest: low where no class fits, so that the row is unlike the calibration rows. */
  credibility: number;
  /** 1 − the second largest: how sure the winner stands alone. */
  confidence: number;
}

/** p-values of every class of a row, from a document that kept its calibration scores: computed when a row is asked for. */
export function pValuesWith(
  scores: readonly ConformalScore[],
  batch: Batch,
  document: ConformalDocument,
): (row: number) => RowPValues {
  const { calibration } = document.params;
  if (!calibration)
    throw new LogitsError(
      "bad-argument",
      "Cannot give p-values: the document must hold its calibration scores, got none",
      { hint: "Fit it with keepScores (--keep-scores)." },
    );
  const known = Float64Array.from(calibration.scores, Number);
  const fine = Float64Array.from(calibration.fine, Number);
  const each = scorer(batch, scoringOf(document, scores), "apply");
  const { values, classes } = each.batch;
  return (row) => {
    each.enter(row);
    const p = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      const value = values[row * classes + k]!;
      const below = countBelow(known, fine, each.scoreOf(value), () => each.fineOf(value));
      p[k] = (1 + known.length - below) / (known.length + 1);
    }
    const [first = 0, second = 0] = p.toSorted().toReversed();
    return { p, credibility: first, confidence: 1 - second };
  };
}

/** How many of the ordered pairs come before (score, fine). */
function countBelow(scores: Float64Array, fine: Float64Array, score: number, fineOf: () => number): number {
  let own: number | undefined;
  return firstWhere(scores.length, (i) => {
    if (scores[i] !== score) return scores[i]! > score;
    return fine[i]! >= (own ??= score === Infinity ? Infinity : fineOf());
  });
}
