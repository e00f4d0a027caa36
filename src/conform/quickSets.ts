import { type Batch, classPlaces } from "../core/index.js";
import { error, placesOf } from "./quick.js";
import { runsOfDraws } from "./rowDraws.js";
import type { Scoring } from "./scored.js";
import type { Sets } from "./sets.js";

/** Every class is compared with every other one: where they are more, putting them in order is quicker. */
const fewClasses = 40;
/** Rows that are looked at together. */
const together = 384;

/**
 * Fills the sets of rows that scores from probabilities of f32 decide. Returns the other rows, in their order: those where a class is too near to the limit, and
 * those that cannot be used. Their sets are empty.
 *
 * @param limits of the score, one a row; NaN for rows that are to be left
 */
export function quickSets(sets: Sets, batch: Batch, scoring: Scoring, limits: Float64Array): Int32Array {
  const { rows, classes, kind, values } = batch;
  const { score, params, randomise, seed } = scoring;
  if (kind === "probs" || !score.quick || classes > fewClasses)
    return Int32Array.from({ length: rows }, (_, row) => row);
  const places = Array.from({ length: classes }, () => placesOf(together));
  const draws = randomise && score.randomised ? runsOfDraws(batch, seed, "apply", together) : undefined;
  const ones = new Float64Array(together).fill(1);
  const own = new Float64Array(together);
  const open = new Uint8Array(together);
  const left = new Int32Array(rows);
  let count = 0;
  for (let start = 0; start < rows; start += together) {
    const some = Math.min(together, rows - start);
    classPlaces(values.subarray(start * classes, (start + some) * classes), some, classes, places);
    const u = draws?.(start, some) ?? ones;
    open.fill(0);
    for (let k = 0; k < classes; k++) {
      score.quick(places[k]!, u, some, params, own);
      enter(sets, batch, k, start, own.subarray(0, some), limits, open);
    }
    for (let i = 0; i < some; i++) {
      if (open[i] === 0) continue;
      const row = start + i;
      sets.mask.fill(0, row * sets.words, (row + 1) * sets.words);
      sets.sizes[row] = 0;
      left[count++] = row;
    }
  }
  return left.subarray(0, count);
}

/** Lets a class into the sets of some rows, and says where it is too near to the limit for that. */
function enter(
  { mask, words, sizes }: Sets,
  { values, classes }: Batch,
  k: number,
  start: number,
  scores: Float64Array,
  limits: Float64Array,
  open: Uint8Array,
): void {
  const bit = 1 << (k & 31);
  for (let i = 0, row = start, word = start * words + (k >>> 5); i < scores.length; i++, row++, word += words) {
    const over = scores[i]! - limits[row]!;
    if (over > 2 * error) continue;
    // NaN too, of rows that cannot be used.
    if (!(over < -2 * error)) open[i] = 1;
    else if (values[row * classes + k] !== -Infinity) {
      mask[word]! |= bit;
      sizes[row]!++;
    }
  }
}
