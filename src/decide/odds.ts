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
  const within = Uint8Array.from({ length: classes }, (_, k) => (positive.includes(k) ? 1 : 0));
  return (values, start, out) => {
    let high = -Infinity;
    let highRest = -Infinity;
    out.inside = positive[0]!;
    out.outside = within.indexOf(0);
    for (let k = 0; k < classes; k++) {
      const z = values[start + k]!;
      if (within[k] === 1) {
        if (z > high) {
          high = z;
          out.inside = k;
        }
      } else if (z > highRest) {
        highRest = z;
        out.outside = k;
      }
    }
    // Nothing is taken off where all are masked, so that NaN is not hidden.
    const shift = high === -Infinity ? 0 : high;
    const shiftRest = highRest === -Infinity ? 0 : highRest;
    let sum = 0;
    let sumRest = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[start + k]!;
      if (within[k] === 1) sum += Math.exp(z - shift);
      else sumRest += Math.exp(z - shiftRest);
    }
    out.logOdds = shift - shiftRest + (Math.log(sum) - Math.log(sumRest));
  };
}

/** Log-odds of the winner against all the rest, +Infinity where they are masked. */
export function winnerReader(classes: number): (values: ArrayLike<number>, start: number, out: Odds) => void {
  return (values, start, out) => {
    let first = -Infinity;
    let second = -Infinity;
    let winner = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[start + k]!;
      if (z > first) {
        second = first;
        first = z;
        winner = k;
      } else if (z > second) second = z;
    }
    const shift = second === -Infinity ? 0 : second;
    let rest = 0;
    for (let k = 0; k < classes; k++) if (k !== winner) rest += Math.exp(values[start + k]! - shift);
    out.logOdds = first - shift - Math.log(rest);
    if (first === Infinity || first === -Infinity) out.logOdds = NaN;
    out.inside = out.outside = winner;
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
