import { sumExp } from "./sumExp.js";
import { type Batch, LogitsError, notFinite, toLogits } from "../core/index.js";

/** What is known of one row of scores held against a set of classes. */
export interface Odds {
  /** ln P(in)/P(out) = lse of the scores in the set − lse of the others; NaN where the row has no probabilities. */
  logOdds: number;
  /** The likeliest class of the set, and of the others: lowest index among equals. */
  inside: number;
  outside: number;
}

/** Reads rows against a set of classes. */
export function oddsReader(
  positive: readonly number[],
  classes: number,
): (values: ArrayLike<number>, start: number, out: Odds) => void {
  const within = new Set(positive);
  const all = Array.from({ length: classes }, (_, k) => k);
  const inside = runsOf(all.filter((k) => within.has(k)));
  const outside = runsOf(all.filter((k) => !within.has(k)));
  return (values, start, out) => {
    out.inside = likeliest(values, start, inside);
    out.outside = likeliest(values, start, outside);
    const high = values[start + out.inside]!;
    const highRest = values[start + out.outside]!;
    // Nothing is taken off where all are masked, so that NaN is not hidden.
    const shift = high === -Infinity ? 0 : high;
    const shiftRest = highRest === -Infinity ? 0 : highRest;
    out.logOdds =
      shift -
      shiftRest +
      (Math.log(sumOf(values, start, inside, shift)) - Math.log(sumOf(values, start, outside, shiftRest)));
  };
}

/** Ascending columns as runs of neighbours: from, up to, from, up to … */
function runsOf(columns: readonly number[]): Int32Array {
  const runs: number[] = [];
  for (const column of columns) {
    if (runs.at(-1) === column) runs[runs.length - 1] = column + 1;
    else runs.push(column, column + 1);
  }
  return Int32Array.from(runs);
}

function sumOf(values: ArrayLike<number>, start: number, runs: Int32Array, shift: number): number {
  let sum = 0;
  for (let i = 0; i < runs.length; i += 2) sum += sumExp(values, start + runs[i]!, start + runs[i + 1]!, shift);
  return sum;
}

/** The lowest of the columns with the largest score. */
function likeliest(values: ArrayLike<number>, start: number, runs: Int32Array): number {
  let most = -Infinity;
  let first = start + runs[0]!;
  for (let i = 0; i < runs.length; i += 2) {
    const end = start + runs[i + 1]!;
    for (let at = start + runs[i]!; at < end; at++) {
      // Four at once, where none of them can be the largest: that is nearly always.
      if (at + 4 <= end && !fourAbove(values, at, most)) {
        at += 3;
        continue;
      }
      const z = values[at]!;
      if (z > most) {
        most = z;
        first = at;
      }
    }
  }
  return first - start;
}

const fourAbove = (values: ArrayLike<number>, at: number, limit: number): boolean =>
  !(values[at]! <= limit && values[at + 1]! <= limit && values[at + 2]! <= limit && values[at + 3]! <= limit);

/** Log-odds of the winner against all the rest, +Infinity where they are masked. */
export function winnerReader(classes: number): (values: ArrayLike<number>, start: number, out: Odds) => void {
  return (values, start, out) => {
    const end = start + classes;
    let first = -Infinity;
    let second = -Infinity;
    let winner = start;
    for (let at = start; at < end; at++) {
      if (at + 4 <= end && !fourAbove(values, at, second)) {
        at += 3;
        continue;
      }
      const z = values[at]!;
      if (z > first) {
        second = first;
        first = z;
        winner = at;
      } else if (z > second) second = z;
    }
    const shift = second === -Infinity ? 0 : second;
    const rest = sumExp(values, start, winner, shift) + sumExp(values, winner + 1, end, shift);
    out.logOdds = first === Infinity || first === -Infinity ? NaN : first - shift - Math.log(rest);
    out.inside = out.outside = winner - start;
  };
}

/**
 * ln P(positive)/(1 − P(positive)) of each row, P(positive) being the sum over the positive classes; from logits, so that it keeps its digits where P rounds
 * to 0 or 1.
 *
 * lse of the positive classes' scores − lse of the others'.
 *
 * @param positive indices of the positive classes: at least one, and not all.
 * @param shift nats added to each: ln of how many times larger the odds of a positive are in production; default and no-op 0.
 * @throws "not-finite" for NaN, +Infinity or a row without a class left; "bad-argument".
 * @example
 *     logOddsOf({ kind: "logits", values: Float64Array.of(3, 1, 2), rows: 1, classes: 3 }, [0])  // [0.6867…] = 3 − ln(e¹ + e²)
 */
export function logOddsOf(batch: Batch, positive: readonly number[], shift = 0): Float64Array {
  const { classes } = batch;
  if (positive.length === 0 || new Set(positive).size >= classes || positive.some((k) => !(k >= 0 && k < classes)))
    throw new LogitsError(
      "bad-argument",
      `Cannot hold rows against a set of classes: positive must be some but not all of the ${classes} classes, got [${positive}]`,
    );
  return read(batch, oddsReader(positive, classes), (odds) => odds.logOdds + shift);
}

/** Winner and its log-odds against all the rest, of each row. */
export function winnersOf(batch: Batch): { winners: Int32Array; logOdds: Float64Array } {
  const winners = new Int32Array(batch.rows);
  const logOdds = read(batch, winnerReader(batch.classes), (odds, row) => {
    winners[row] = odds.inside;
    return odds.logOdds;
  });
  return { winners, logOdds };
}

function read(
  given: Batch,
  reader: (values: ArrayLike<number>, start: number, out: Odds) => void,
  pick: (odds: Odds, row: number) => number,
): Float64Array {
  const batch = toLogits(given);
  const found = new Float64Array(batch.rows);
  const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
  for (let row = 0; row < batch.rows; row++) {
    reader(batch.values, row * batch.classes, odds);
    if (odds.logOdds !== odds.logOdds) throw notFinite(batch, row);
    found[row] = pick(odds, row);
  }
  return found;
}
