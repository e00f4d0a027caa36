import { uniform } from "../core/index.js";

/** Scores of the rows that are not and that are positive, each ascending: all that a threshold can be judged by. */
export interface Ranked {
  negatives: Float64Array;
  positives: Float64Array;
}

/** How many pieces rows are dealt into. */
export const pieceCount = 5;

/**
 * The rows dealt into pieces, each ranked. Which piece a row is in depends on the seed and its index alone; folds and pilots are made of whole pieces, so that
 * everything is sorted once.
 *
 * @param truth 1 for a row that is positive.
 * @throws nothing; scores must not hold NaN.
 */
export function rankedPieces(scores: Float64Array, truth: Uint8Array, seed: number, offset = 0): Ranked[] {
  const piece = Uint8Array.from(scores, (_, row) => pieceCount * uniform(seed, "folds", offset + row));
  return Array.from({ length: pieceCount }, (_, k) => {
    const pick = (wanted: number): Float64Array => {
      let count = 0;
      for (let row = 0; row < scores.length; row++) if (piece[row] === k && truth[row] === wanted) count++;
      const picked = new Float64Array(count);
      for (let row = 0, at = 0; row < scores.length; row++)
        if (piece[row] === k && truth[row] === wanted) picked[at++] = scores[row]!;
      return picked.sort();
    };
    return { negatives: pick(0), positives: pick(1) };
  });
}

/** All rows of some pieces. */
export function joined(pieces: readonly Ranked[]): Ranked {
  return {
    negatives: mergeAll(pieces.map(({ negatives }) => negatives)),
    positives: mergeAll(pieces.map(({ positives }) => positives)),
  };
}

function mergeAll(lists: Float64Array[]): Float64Array {
  if (lists.length === 0) return new Float64Array(0);
  if (lists.length === 1) return lists[0]!;
  const half = lists.length >> 1;
  return merge(mergeAll(lists.slice(0, half)), mergeAll(lists.slice(half)));
}

/** Two ascending lists as one. */
export function merge(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  let [i, j, at] = [0, 0, 0];
  while (i < a.length && j < b.length) out[at++] = a[i]! <= b[j]! ? a[i++]! : b[j++]!;
  if (i < a.length) out.set(a.subarray(i), at);
  else out.set(b.subarray(j), at);
  return out;
}

/** How many of an ascending list are below a value. */
export function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The least of an ascending list that is above a value; undefined where none is. */
function nextAbove(sorted: Float64Array, value: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

/**
 * A threshold that parts `score` from every larger one, for the rule "at or above": halfway to the next score that occurs, so that a rounding elsewhere moves
 * no row across it; where none is larger, the next number. Undefined above +Infinity.
 */
export function justAbove({ negatives, positives }: Ranked, score: number): number | undefined {
  if (score === Infinity) return undefined;
  const next = Math.min(nextAbove(negatives, score) ?? Infinity, nextAbove(positives, score) ?? Infinity);
  if (score === -Infinity) return next === Infinity ? 0 : next;
  if (next === Infinity) return nextUp(score);
  const middle = score + (next - score) / 2;
  return middle > score ? middle : next;
}

/** The next larger f64. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
