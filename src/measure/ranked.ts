import type { Predictions } from "../core/index.js";

/** What rank statistics keep of each row. Grows by doubling; only the first `length` entries count. */
export interface RankedRows {
  length: number;
  /** Index of the row in its source: what bootstrap weights are keyed by. */
  index: Float64Array;
  /** Log-odds of the winner: the order of confidence, without the ties that rounding makes near 1. */
  logOdds: Float64Array;
  confidence: Float64Array;
  correct: Uint8Array;
}

export function initRanked(): RankedRows {
  return {
    length: 0,
    index: new Float64Array(0),
    logOdds: new Float64Array(0),
    confidence: new Float64Array(0),
    correct: new Uint8Array(0),
  };
}

export function addRanked(state: RankedRows, rows: Predictions): void {
  const start = reserve(state, rows.rows);
  for (let row = 0; row < rows.rows; row++) state.index[start + row] = rows.offset + row;
  state.logOdds.set(rows.logOdds, start);
  state.confidence.set(rows.confidence, start);
  state.correct.set(rows.correct!, start);
}

export function mergeRanked(into: RankedRows, from: RankedRows): RankedRows {
  const start = reserve(into, from.length);
  into.index.set(from.index.subarray(0, from.length), start);
  into.logOdds.set(from.logOdds.subarray(0, from.length), start);
  into.confidence.set(from.confidence.subarray(0, from.length), start);
  into.correct.set(from.correct.subarray(0, from.length), start);
  return into;
}

function reserve(state: RankedRows, more: number): number {
  const start = state.length;
  state.length += more;
  if (state.length > state.index.length) {
    const capacity = Math.max(state.length, 2 * state.index.length);
    state.index = grown(state.index, capacity);
    state.logOdds = grown(state.logOdds, capacity);
    state.confidence = grown(state.confidence, capacity);
    const correct = new Uint8Array(capacity);
    correct.set(state.correct);
    state.correct = correct;
  }
  return start;
}

function grown(from: Float64Array, capacity: number): Float64Array {
  const to = new Float64Array(capacity);
  to.set(from);
  return to;
}

/** Rows with exactly the same log-odds, and their sums. */
export interface TieGroups {
  /** Most confident first. */
  weight: Float64Array;
  confidence: Float64Array;
  correct: Float64Array;
  length: number;
}

const orders = new WeakMap<RankedRows, { length: number; order: Uint32Array }>();

/** Rows by falling log-odds; sorted once for a state, however many weightings are asked of it. */
function fallingOrder(state: RankedRows): Uint32Array {
  const known = orders.get(state);
  if (known && known.length === state.length) return known.order;
  const order = Uint32Array.from({ length: state.length }, (_, i) => i);
  const { logOdds, index } = state;
  // The index settles the order of sums within a group, so that it does not depend on how the rows came.
  order.sort((a, b) => (logOdds[a] === logOdds[b] ? index[a]! - index[b]! : logOdds[a]! > logOdds[b]! ? -1 : 1));
  orders.set(state, { length: state.length, order });
  return order;
}

let last: { state: RankedRows; length: number; weights: (index: number) => number; groups: TieGroups } | undefined;

/**
 * Groups of tied rows, most confident first: no statistic that reads them can depend on the order within a tie.
 * The last ones are remembered, since several statistics ask with the same weights.
 */
export function tieGroups(state: RankedRows, weights?: (index: number) => number): TieGroups {
  if (last && last.weights === weights && last.state === state && last.length === state.length) return last.groups;
  const groups = groupTies(state, weights);
  if (weights) last = { state, length: state.length, weights, groups };
  return groups;
}

function groupTies(state: RankedRows, weights?: (index: number) => number): TieGroups {
  const order = fallingOrder(state);
  const groups: TieGroups = {
    weight: new Float64Array(state.length),
    confidence: new Float64Array(state.length),
    correct: new Float64Array(state.length),
    length: 0,
  };
  let last = NaN;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const w = weights ? weights(state.index[row]!) : 1;
    if (w === 0) continue;
    if (state.logOdds[row] !== last) {
      last = state.logOdds[row]!;
      groups.length++;
    }
    const group = groups.length - 1;
    groups.weight[group]! += w;
    groups.confidence[group]! += w * state.confidence[row]!;
    groups.correct[group]! += w * state.correct[row]!;
  }
  return groups;
}

/** (w − 1)(confidence − correct) of each row, most confident first: how a weighting of the rows departs from all rows. */
export function deviations(state: RankedRows, weights: (index: number) => number): Float64Array {
  const order = fallingOrder(state);
  const { index, confidence, correct } = state;
  const out = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    out[i] = (weights(index[row]!) - 1) * (confidence[row]! - correct[row]!);
  }
  return out;
}
