import { type Batch, type Descriptor, LogitsError, type Params } from "../core/index.js";
import { inSet, type Sets } from "./sets.js";

/** What a set costs on a row whose true classes are known: in [0, 1]. */
export interface ConformalRisk extends Descriptor {
  family: "conformal";
  /** Whether rows may have several true classes, or none. */
  multilabel: boolean;
  /** Whether each row costs 0 or 1: then the exact binomial law bounds the mean. */
  binary: boolean;
  /**
   * What the loss of a row falls by as each of its true classes enters the set, the best fitting first.
   *
   * @param trues the true classes in that order
   */
  drops(trues: readonly number[], params: Params): number[];
  /** Sets above this size cost 1; only of a risk that is not monotone, for which sets may be too large as well. */
  largest?(params: Params): number;
}

/** Whether more classes can only lower it: what CRC and RCPS need. */
export const monotone = ({ largest }: ConformalRisk): boolean => largest === undefined;

/** True classes of each row: one label a row, or a table of 0 and 1. */
export function truthsOf({ labels, rows, classes }: Batch, truths?: ArrayLike<number>): (row: number) => number[] {
  if (truths) {
    if (truths.length !== rows * classes)
      throw new LogitsError(
        "bad-data",
        `Cannot use these truths: they must be ${rows} × ${classes} numbers, got ${truths.length}`,
      );
    for (let i = 0; i < truths.length; i++)
      if (truths[i] !== 0 && truths[i] !== 1)
        throw new LogitsError(
          "bad-data",
          `Cannot use the truth of row ${Math.floor(i / classes)}, column ${i % classes}: it must be 0 or 1, got ${truths[i]}`,
          { row: Math.floor(i / classes), column: i % classes },
        );
    return (row) => Array.from({ length: classes }, (_, k) => k).filter((k) => truths[row * classes + k] === 1);
  }
  if (!labels)
    throw new LogitsError(
      "no-labels",
      "Cannot control a risk: every row must have a label, or a row of truths, got none",
      {
        hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
      },
    );
  return (row) => [labels[row]!];
}

/** Loss of a row whose set holds the first `held` of its true classes, best fitting first. */
export function lossOf(
  risk: ConformalRisk,
  drops: readonly number[],
  held: number,
  size: number,
  params: Params,
): number {
  if (risk.largest && size > risk.largest(params)) return 1;
  let loss = 0;
  for (let i = held; i < drops.length; i++) loss += drops[i]!;
  return Math.min(1, loss);
}

/** Mean loss of sets on rows with known truth. */
export function meanRisk(
  risk: ConformalRisk,
  params: Params,
  sets: Sets,
  batch: Batch,
  truths?: ArrayLike<number>,
): number {
  const trueClasses = truthsOf(batch, truths);
  let sum = 0;
  for (let row = 0; row < sets.rows; row++) {
    const trues = trueClasses(row);
    const held = trues.filter((k) => inSet(sets, row, k));
    // Which are held first does not matter to the sum; they come first in it.
    const ordered = [...held, ...trues.filter((k) => !inSet(sets, row, k))];
    sum += lossOf(risk, risk.drops(ordered, params), held.length, sets.sizes[row]!, params);
  }
  return sum / sets.rows;
}
