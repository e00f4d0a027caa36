import { type Pair } from "./pair.js";
import { type Batch, LogitsError } from "../core/index.js";
import { type ConformalDocument, scoringOf } from "./document.js";
import { sliceColumn } from "./groups.js";
import type { ConformalScore } from "./score.js";
import { quickSets } from "./quickSets.js";
import { reaches, type Scorer, scorer } from "./scored.js";
import type { Threshold } from "./threshold.js";

/** Which classes may be the truth, of each row. */
export interface Sets {
  rows: number;
  classes: number;
  /** 32-bit words a row. */
  words: number;
  /** rows × words: bit k % 32 of word ⌊k/32⌋ is set where class k is in the set. */
  mask: Uint32Array;
  /** How many classes are in each set. */
  sizes: Int32Array;
  /** 1 where the set holds every class because the threshold is infinite: too few calibration rows, or a group that had none. */
  everything: Uint8Array;
  /** Rows of groups that calibration has not seen. */
  unseen: number;
}

/** Whether a class is in a row's set. */
export const inSet = ({ mask, words }: Sets, row: number, k: number): boolean =>
  ((mask[row * words + (k >>> 5)]! >>> (k & 31)) & 1) === 1;

/** The classes of a row's set, in their order. */
export function setOf(sets: Sets, row: number): number[] {
  const found: number[] = [];
  for (let k = 0; k < sets.classes; k++) if (inSet(sets, row, k)) found.push(k);
  return found;
}

const limitOf = ({ score, fine }: Threshold): Pair => ({ score: Number(score), fine: Number(fine) });
const noLimit: Pair = { score: Infinity, fine: Infinity };

/** Sets of rows whose scores the document's calibrator, if it has one, has already been applied to. */
export function setsWith(scores: readonly ConformalScore[], batch: Batch, document: ConformalDocument): Sets {
  const scoring = scoringOf(document, scores);
  const each = scorer(batch, scoring, "apply");
  const { rows, classes } = batch;
  const words = Math.ceil(classes / 32);
  const sets: Sets = {
    rows,
    classes,
    words,
    mask: new Uint32Array(rows * words),
    sizes: new Int32Array(rows),
    everything: new Uint8Array(rows),
    unseen: 0,
  };
  const { thresholds, by, clusters } = document.params;
  const limits = thresholds.map(limitOf);
  const ofRow = by === "group" ? groupLimits(batch, document, limits) : () => limits[0]!;
  if (by === "class" || by === "cluster") {
    const ofClass = Array.from({ length: classes }, (_, k) => limits[by === "class" ? k : clusters![k]!]!);
    for (let row = 0; row < rows; row++) fill(sets, each, row, ofClass);
    return sets;
  }
  const bounds = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const limit = ofRow(row);
    if (limit === noLimit) sets.unseen++;
    if (limit.score === Infinity) sets.everything[row] = 1;
    bounds[row] = limit.score === Infinity ? NaN : limit.score;
  }
  const left = quickSets(sets, batch, scoring, bounds);
  for (let i = 0; i < left.length; i++) fill(sets, each, left[i]!, ofRow(left[i]!));
  return sets;
}

/** The limit of each row's group; none for a group that calibration has not seen. */
function groupLimits(batch: Batch, { params }: ConformalDocument, limits: readonly Pair[]): (row: number) => Pair {
  const column = sliceColumn(batch, params.column!);
  const known = new Map(params.groups!.map((name, at) => [name, limits[at]!]));
  return (row) => known.get(column[row]!) ?? noLimit;
}

function fill(sets: Sets, each: Scorer, row: number, limits: Pair | readonly Pair[]): void {
  const { classes, words, mask } = sets;
  const { values } = each.batch;
  each.enter(row);
  let size = 0;
  for (let k = 0; k < classes; k++) {
    const value = values[row * classes + k]!;
    const limit = Array.isArray(limits) ? limits[k]! : (limits as Pair);
    if (!reaches(each, value, limit)) continue;
    mask[row * words + (k >>> 5)]! |= 1 << (k & 31);
    size++;
  }
  sets.sizes[row] = size;
}

/** Refuses rows that still need the document's calibrator. */
export function checkCalibrated({ calibrator }: ConformalDocument, calibrated: boolean | undefined): void {
  if (calibrator && !calibrated)
    throw new LogitsError(
      "mismatch",
      `Cannot make prediction sets: the rows must have been calibrated by the document's ${calibrator.method}, got no word that they are`,
      { hint: "predictSets of the package's main entry applies it; or apply it, and say { calibrated: true }." },
    );
}
