import { type Batch, notFinite } from "../core/index.js";
import type { Place } from "./score.js";

/** A row of scores in order, with the mass below every place: what all conformal scores are computed from. Its arrays are overwritten by the next row. */
export interface RankedRow {
  classes: number;
  /** Scores, smallest first; −Infinity for masked classes. */
  sorted: Float64Array;
  /** exp(score − largest) at the same places. */
  weights: Float64Array;
  /** below[i] = Σ_{j < i} weights[j], added from the smallest up, so that tails keep their digits; below[classes] is the whole mass. */
  below: Float64Array;
}

export function rankedRow(classes: number): RankedRow {
  return {
    classes,
    sorted: new Float64Array(classes),
    weights: new Float64Array(classes),
    below: new Float64Array(classes + 1),
  };
}

/** Above this many classes the engine's own sort is faster than insertion. */
const fewClasses = 40;

/** Puts a row of a batch of logits in order. NaN, +Infinity and a row without any class are errors that name the place. */
export function rankRow(out: RankedRow, batch: Batch, row: number): void {
  const { sorted, weights, below, classes } = out;
  const { values } = batch;
  const start = row * classes;
  let sum = 0;
  if (classes <= fewClasses) {
    for (let k = 0; k < classes; k++) {
      const value = values[start + k]!;
      sum += value;
      let at = k;
      for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
      sorted[at] = value;
    }
  } else {
    for (let k = 0; k < classes; k++) {
      sorted[k] = values[start + k]!;
      sum += sorted[k]!;
    }
    sorted.sort();
  }
  const largest = sorted[classes - 1]!;
  // A sum is NaN where any number is, or where both infinities meet.
  if (sum !== sum || largest === Infinity || largest === -Infinity) throw notFinite(batch, row);
  let mass = 0;
  for (let i = 0; i < classes; i++) {
    below[i] = mass;
    const weight = Math.exp(sorted[i]! - largest);
    weights[i] = weight;
    mass += weight;
  }
  below[classes] = mass;
}

/** Where `value` stands: its place and the ties around it. */
export function placeOf(row: RankedRow, value: number, out: Place): Place {
  const { sorted, classes } = row;
  let first = 0;
  if (classes <= fewClasses) while (sorted[first]! < value) first++;
  else {
    let high = classes;
    while (first < high) {
      const middle = (first + high) >> 1;
      if (sorted[middle]! < value) first = middle + 1;
      else high = middle;
    }
  }
  let last = first + 1;
  while (last < classes && sorted[last] === value) last++;
  out.first = first;
  out.last = last;
  return out;
}

/** Below this, a sum of weights has lost digits to underflow. */
const tiny = 1e-290;

/**
 * ln of (Σ of the weights below `first` + `share` × the weight at `first`), also where both underflow: then from the largest of them down.
 * Relative to the largest weight of the row, which is 1.
 */
export function lnTail(row: RankedRow, first: number, share: number): number {
  const { sorted, weights, below, classes } = row;
  const mass = below[first]! + share * weights[first]!;
  if (mass > tiny) return Math.log(mass);
  const base = share > 0 ? sorted[first]! : first > 0 ? sorted[first - 1]! : -Infinity;
  if (base === -Infinity) return -Infinity;
  let sum = share;
  if (share <= 0) sum = 0;
  for (let i = 0; i < first; i++) sum += Math.exp(sorted[i]! - base);
  return Math.log(sum) + (base - sorted[classes - 1]!);
}

/** ln of the mass above a place and `share` of the place itself; never underflows, since the largest weight is 1. */
export function lnHead(row: RankedRow, { last }: Place, share: number): number {
  const { weights, classes } = row;
  let head = share * weights[last - 1]!;
  for (let i = last; i < classes; i++) head += weights[i]!;
  return Math.log(head);
}
