import { countUpTo } from "../stats/bisect.js";
import { uniform } from "../core/index.js";

/** Scores of the rows that are not and that are positive, each ascending: all that a threshold can be judged by. */
export interface Ranked {
  negatives: Float64Array;
  positives: Float64Array;
}

/** How many pieces rows are dealt into. */
export const pieceCount = 5;

/** Which piece each row is in: that depends on the seed and its index alone. */
export function dealt(rows: number, seed: number, offset = 0): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => pieceCount * uniform(seed, "folds", offset + row));
}

/**
 * The rows of each piece, ranked. Folds and pilots are made of whole pieces, so that everything is sorted once.
 *
 * @param scores without NaN
 * @param truth 1 for a row that is positive
 * @param piece as `dealt` deals them
 */
export function rankedPieces(scores: Float64Array, truth: Uint8Array, piece: Uint8Array): Ranked[] {
  const counts = new Uint32Array(2 * pieceCount);
  for (let row = 0; row < scores.length; row++) counts[2 * piece[row]! + truth[row]!]!++;
  const lists = Array.from(counts, (count) => new Float64Array(count));
  for (let row = scores.length - 1; row >= 0; row--) {
    const list = 2 * piece[row]! + truth[row]!;
    lists[list]![--counts[list]!] = scores[row]!;
  }
  return Array.from({ length: pieceCount }, (_, k) => ({
    negatives: lists[2 * k]!.sort(),
    positives: lists[2 * k + 1]!.sort(),
  }));
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

/** The least of an ascending list that is above a value; undefined where none is. */
const nextAbove = (sorted: Float64Array, value: number): number | undefined => sorted[countUpTo(sorted, value)];

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
