import type { Predictions } from "../core/index.js";
import { countBelow, countUpTo } from "../stats/bisect.js";
import type { Detector, Guard, GuardRows } from "./method.js";
import { type Knots, standing } from "./standing.js";

/** Where a value lies among sorted benign ones, itself among them: shares of those that are at most, and at least, as large. */
export function shares(sorted: ArrayLike<number>, value: number): { below: number; above: number } {
  const smaller = countBelow(sorted, value);
  return {
    below: share(sorted, upTo(sorted, value, smaller)),
    above: share(sorted, sorted.length - smaller),
  };
}

const share = (sorted: ArrayLike<number>, count: number): number => (count + 1) / (sorted.length + 1);

/** `countUpTo`, where it is known how many are smaller: hardly ever is more than one as large. */
function upTo(sorted: ArrayLike<number>, value: number, smaller: number): number {
  if (sorted[smaller] !== value) return smaller;
  return sorted[smaller + 1] === value ? countUpTo(sorted, value) : smaller + 1;
}

/** Twice the smaller share: a valid p-value for either side, since each is one alone. */
export const twoSided = (below: number, above: number): number => Math.min(1, 2 * Math.min(below, above));

/**
 * The combined statistic, the higher the more unusual: Fisher's −2 Σ ln p, or −2 ln of the smallest p. p-values of one row depend on each other, so neither has
 * a law of its own here: Fisher's is ranked again among benign rows, the smallest p is multiplied by their number.
 */
export function combine(method: Guard["method"], values: ArrayLike<number>): number {
  let smallest = Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (method === "fisher") sum += Math.log(values[i]!);
    else smallest = Math.min(smallest, values[i]!);
  }
  return -2 * (method === "fisher" ? sum : Math.log(smallest));
}

/** A detector that has what it learned. */
export interface Ready {
  detector: Detector;
  values(rows: GuardRows): Float64Array;
}

/** Sorted values by group, in the order of the detectors. */
export type Ranks = ReadonlyMap<string, readonly Float64Array[]>;
/** Knots by group, in the order of the detectors. */
export type Scale = ReadonlyMap<string, readonly Knots[]>;

/** Where rows lie among benign ones: one list of numbers a detector. */
export interface Placed {
  value: Float64Array[];
  below: Float64Array[];
  above: Float64Array[];
  standing: Float64Array[];
  /** The combined statistic of each row. */
  score: Float64Array;
  /** The group that rows of a predicted class were ranked in. */
  group: (predicted: number) => string;
}

export const POOLED = "pooled";

/** Each detector's values of rows. */
export const measured = (ready: readonly Ready[], rows: GuardRows): Float64Array[] =>
  ready.map(({ values }) => values(rows));

/** Something of each row's group, which is that of its predicted class where there is one. */
function ofGroup<T>(groups: ReadonlyMap<string, T>, { classes }: Predictions): (predicted: number) => T {
  const found = new Array<T | undefined>(classes);
  return (predicted) => (found[predicted] ??= groups.get(String(predicted)) ?? groups.get(POOLED)!);
}

/** Where the first `count` rows stand, by their values. */
export function standings(
  values: readonly Float64Array[],
  scale: Scale,
  scores: Predictions,
  count: number,
): Float64Array[] {
  const knots = ofGroup(scale, scores);
  return values.map((own, d) => {
    const stands = new Float64Array(count);
    for (let row = 0; row < count; row++) stands[row] = standing(knots(scores.predicted[row]!)[d]!, own[row]!);
    return stands;
  });
}

/** Ranks rows among benign ones of their group. */
export function place(
  method: Guard["method"],
  ready: readonly Ready[],
  ranks: Ranks,
  scale: Scale,
  rows: GuardRows,
): Placed {
  const { scores } = rows;
  const { predicted } = scores;
  const value = measured(ready, rows);
  const among = ofGroup(ranks, scores);
  const group = ofGroup(new Map(Array.from(ranks.keys(), (name) => [name, name])), scores);
  const numbers = (): Float64Array[] => value.map(() => new Float64Array(scores.rows));
  const [below, above] = [numbers(), numbers()];
  value.forEach((own, d) => {
    const [lower, upper] = [below[d]!, above[d]!];
    for (let row = 0; row < scores.rows; row++) {
      const found = shares(among(predicted[row]!)[d]!, own[row]!);
      lower[row] = found.below;
      upper[row] = found.above;
    }
  });
  const together = ready.flatMap(({ detector }, d) => (detector.combined ? [d] : []));
  const p = new Float64Array(together.length);
  const score = new Float64Array(scores.rows);
  for (let row = 0; row < scores.rows; row++) {
    for (let i = 0; i < p.length; i++) p[i] = twoSided(below[together[i]!]![row]!, above[together[i]!]![row]!);
    score[row] = combine(method, p);
  }
  return { value, below, above, standing: standings(value, scale, scores, scores.rows), score, group };
}
