import type { Predictions } from "../core/index.js";

/**
 * What ranking every class against the rest needs: the label, and for each class a number that rises with its log-odds: ln p, and above p = 1/2, where ln p would
 * round to 0, the log-odds themselves less ln 2. For two classes the difference of their logits.
 */
export interface ClassScores {
  classes: number;
  length: number;
  index: Float64Array;
  labels: Int32Array;
  /** length × classes. */
  scores: Float64Array;
}

export function initScores(classes: number): ClassScores {
  return { classes, length: 0, index: new Float64Array(0), labels: new Int32Array(0), scores: new Float64Array(0) };
}

export function addScores(state: ClassScores, rows: Predictions): void {
  const start = reserve(state, rows.rows);
  const { classes } = state;
  const { scale } = rows;
  const { values } = rows.batch;
  for (let row = 0; row < rows.rows; row++) {
    state.index[start + row] = rows.offset + row;
    state.labels[start + row] = rows.labels![row]!;
    // Relative to the winner, so that a constant added to the row changes no tie.
    const winner = rows.predicted[row]!;
    const best = values[row * classes + winner]!;
    const logBest = Math.log(rows.confidence[row]!);
    for (let k = 0; k < classes; k++) {
      const z = values[row * classes + k]!;
      state.scores[(start + row) * classes + k] =
        scale * (classes === 2 ? z - values[row * classes + 1 - k]! : z - best) + (classes === 2 ? 0 : logBest);
    }
    const odds = rows.logOdds[row]!;
    if (classes > 2 && odds > 0) state.scores[(start + row) * classes + winner] = odds - Math.LN2;
  }
}

export function mergeScores(into: ClassScores, from: ClassScores): ClassScores {
  const start = reserve(into, from.length);
  into.index.set(from.index.subarray(0, from.length), start);
  into.labels.set(from.labels.subarray(0, from.length), start);
  into.scores.set(from.scores.subarray(0, from.length * from.classes), start * into.classes);
  return into;
}

function reserve(state: ClassScores, more: number): number {
  const start = state.length;
  state.length += more;
  if (state.length > state.index.length) {
    const capacity = Math.max(state.length, 2 * state.index.length);
    const index = new Float64Array(capacity);
    index.set(state.index);
    const labels = new Int32Array(capacity);
    labels.set(state.labels);
    const scores = new Float64Array(capacity * state.classes);
    scores.set(state.scores);
    Object.assign(state, { index, labels, scores });
  }
  return start;
}

/** Rows by falling score of one class. */
export interface Ranking {
  order: Uint32Array;
  /** Their labels, in that order. */
  labels: Int32Array;
  /** One past the last row of each group of tied rows. */
  ends: Uint32Array;
}

const rankings = new WeakMap<ClassScores, { length: number; byClass: Ranking[] }>();

/** Sorted once for a state, however many weightings are asked of it. */
export function rankingOf(state: ClassScores, k: number): Ranking {
  let remembered = rankings.get(state);
  if (!remembered || remembered.length !== state.length) {
    remembered = { length: state.length, byClass: [] };
    rankings.set(state, remembered);
  }
  return (remembered.byClass[k] ??= rank(state, k));
}

function rank({ classes, length, scores, index, labels }: ClassScores, k: number): Ranking {
  const column = new Float64Array(length).map((_, row) => scores[row * classes + k]!);
  const order = new Uint32Array(length)
    .map((_, row) => row)
    .sort((a, b) => (column[a] === column[b] ? index[a]! - index[b]! : column[b]! - column[a]!));
  const ends: number[] = [];
  for (let i = 0; i < length; i++)
    if (i === length - 1 || column[order[i]!] !== column[order[i + 1]!]) ends.push(i + 1);
  return { order, labels: Int32Array.from(order, (row) => labels[row]!), ends: Uint32Array.from(ends) };
}

const weightings = new WeakMap<(index: number) => number, { state: ClassScores; weights: Float64Array }>();

/** The weight of each row, in the order of the state; remembered for a weighting. */
export function rowWeights(state: ClassScores, weights?: (index: number) => number): Float64Array {
  if (!weights) return new Float64Array(state.length).fill(1);
  let remembered = weightings.get(weights);
  if (!remembered || remembered.state !== state || remembered.weights.length !== state.length) {
    remembered = {
      state,
      weights: new Float64Array(state.length).map((_, row) => weights(state.index[row]!)),
    };
    weightings.set(weights, remembered);
  }
  return remembered.weights;
}

const known = new WeakMap<(index: number) => number, { state: ClassScores; wins: ReturnType<typeof winsOver>[] }>();

/** `winsOver` of every class; remembered for a weighting, since more than one statistic asks. */
export function allWins(state: ClassScores, weights?: (index: number) => number): ReturnType<typeof winsOver>[] {
  const remembered = weights && known.get(weights);
  if (remembered && remembered.state === state) return remembered.wins;
  const each = rowWeights(state, weights);
  const wins = Array.from({ length: state.classes }, (_, k) => winsOver(state, k, each));
  if (weights) known.set(weights, { state, wins });
  return wins;
}

/**
 * For class k: how often a row labelled k scores above a row labelled j (ties count half), summed by weight, for every j; and the weight of each class.
 */
function winsOver(state: ClassScores, k: number, weights: Float64Array): { wins: Float64Array; weight: Float64Array } {
  const { order, labels, ends } = rankingOf(state, k);
  const wins = new Float64Array(state.classes);
  const weight = new Float64Array(state.classes);
  let above = 0;
  let i = 0;
  if (ends.length === order.length) {
    for (; i < order.length; i++) {
      const w = weights[order[i]!]!;
      const label = labels[i]!;
      weight[label]! += w;
      wins[label]! += w * above;
      if (label === k) above += w;
    }
    wins[k] = 0;
    return { wins, weight };
  }
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group]!;
    let tied = 0;
    if (end - i > 1) {
      for (let j = i; j < end; j++) if (labels[j] === k) tied += weights[order[j]!]!;
    } else if (labels[i] === k) tied = weights[order[i]!]!;
    const ahead = above + tied / 2;
    for (; i < end; i++) {
      const w = weights[order[i]!]!;
      const label = labels[i]!;
      weight[label]! += w;
      wins[label]! += w * ahead;
    }
    above += tied;
  }
  wins[k] = 0;
  return { wins, weight };
}

export const meanOf = (values: number[]): number => {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.length === 0 ? NaN : defined.reduce((sum, value) => sum + value, 0) / defined.length;
};
