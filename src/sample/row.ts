// What samplers ask of a row: all in f64.

/** The largest score. */
export function peakOf(row: Float64Array): number {
  let peak = -Infinity;
  for (let id = 0; id < row.length; id++) if (row[id]! > peak) peak = row[id]!;
  return peak;
}

/** Lowest id of the largest score. */
export function winnerOf(row: Float64Array): number {
  let winner = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[winner]!) winner = id;
  return winner;
}

/** Tokens that are left. */
export function countOf(row: Float64Array): number {
  let count = 0;
  for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity) count++;
  return count;
}

/** softmax(row): 0 for what has been removed. */
export function probabilitiesOf(row: Float64Array): Float64Array {
  const p = new Float64Array(row.length);
  const peak = peakOf(row);
  let sum = 0;
  for (let id = 0; id < row.length; id++) sum += p[id] = Math.exp(row[id]! - peak);
  for (let id = 0; id < row.length; id++) p[id]! /= sum;
  return p;
}

/** Σ exp(row − score): the mass of the row in units of a token with that score. */
export function massOver(row: Float64Array, score: number): number {
  let sum = 0;
  for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity) sum += Math.exp(row[id]! - score);
  return sum;
}

/** ln Σ exp(row). */
export function logSumExpOf(row: Float64Array): number {
  const peak = peakOf(row);
  return peak + Math.log(massOver(row, peak));
}

/** ln p of each token, −Infinity for what has been removed. A large constant in all scores costs no digits: the largest is subtracted first. */
export function logSharesOf(row: Float64Array): (id: number) => number {
  const peak = peakOf(row);
  const log = Math.log(massOver(row, peak));
  return (id) => row[id]! - peak - log;
}

/** −Σ p ln p in nats, of probabilities. */
export function entropyOf(p: Float64Array): number {
  let entropy = 0;
  for (let id = 0; id < p.length; id++) if (p[id]! > 0) entropy -= p[id]! * Math.log(p[id]!);
  return entropy;
}

/** Σ p ln(p/q) in nats, of two rows of scores; Infinity where q has removed what p keeps. From scores: probabilities may be too small to be told from 0. */
export function divergenceOf(p: Float64Array, q: Float64Array): number {
  const [logP, logQ] = [logSharesOf(p), logSharesOf(q)];
  let sum = 0;
  for (let id = 0; id < p.length; id++) {
    const share = Math.exp(logP(id));
    if (share > 0) sum += share * (logP(id) - logQ(id));
  }
  return Math.max(0, sum);
}

/** Scores of the tokens that are left, largest first. */
export function sortedScores(row: Float64Array): Float64Array {
  // Without a comparator the sort is a native one, four times as fast.
  return row
    .filter((score) => score > -Infinity)
    .sort()
    .toReversed();
}

/** Leaves the `count` ≥ 1 most probable tokens; those that tie with the last by id. `sorted` are the row's scores, largest first. */
export function keepTop(row: Float64Array, count: number, sorted: Float64Array): void {
  if (count >= sorted.length) return;
  const least = sorted[count - 1]!;
  let ties = count;
  while (ties > 0 && sorted[ties - 1] === least) ties--;
  ties = count - ties;
  for (let id = 0; id < row.length; id++) {
    const score = row[id]!;
    if (score > least || (score === least && ties-- > 0)) continue;
    row[id] = -Infinity;
  }
}

/** Leaves the `count` ≥ 1 most probable tokens and all that tie with the last of them. */
export function keepTies(row: Float64Array, count: number, sorted: Float64Array): void {
  if (count >= sorted.length) return;
  const least = sorted[count - 1]!;
  for (let id = 0; id < row.length; id++) if (row[id]! < least) row[id] = -Infinity;
}

/** Removes every token for which `stays` is false, but leaves the `minKeep` most probable, with `ties` also those that tie with the last of them. */
export function keepWhere(
  row: Float64Array,
  minKeep: number,
  stays: (id: number) => boolean,
  ties: unknown = "exact",
): void {
  let count = 0;
  for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity && stays(id)) count++;
  if (count < minKeep) (ties === "keep" ? keepTies : keepTop)(row, minKeep, sortedScores(row));
  else for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity && !stays(id)) row[id] = -Infinity;
}
