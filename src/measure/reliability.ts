import type { Param, Predictions } from "../core/index.js";
import { type BinEdges, binCount, binOf } from "../stats/bins.js";

export const binsParam: Param = {
  name: "bins",
  type: "integer",
  min: 1,
  max: 100_000,
  default: 15,
  help: "Number of bins",
};

export const edgesParam: Param = {
  name: "edges",
  type: "choice",
  choices: ["(lo, hi]", "[lo, hi)", "[lo, hi) + {1}", "digitize"],
  default: "(lo, hi]",
  help: "Which side of a bin is closed",
};

/** Per bin: weight, sum of confidences, sum of correct. Counts are exact, so any partition gives the same bins. */
export interface ReliabilityBins {
  bins: number;
  edges: BinEdges;
  weight: Float64Array;
  confidence: Float64Array;
  correct: Float64Array;
}

export function initBins(bins: number, edges: BinEdges): ReliabilityBins {
  const count = binCount(bins, edges);
  return {
    bins,
    edges,
    weight: new Float64Array(count),
    confidence: new Float64Array(count),
    correct: new Float64Array(count),
  };
}

/** Adds each row's top-label confidence to its bin. */
export function addToBins(state: ReliabilityBins, rows: Predictions, weights?: Float64Array): void {
  const { bins, edges, weight, confidence, correct } = state;
  const sure = rows.confidence;
  const right = rows.correct!;
  for (let row = 0; row < rows.rows; row++) {
    const w = weights ? weights[row]! : 1;
    if (w === 0) continue;
    const p = sure[row]!;
    const bin = binOf(p, bins, edges);
    weight[bin]! += w;
    confidence[bin]! += w * p;
    correct[bin]! += w * right[row]!;
  }
}

export function mergeBins(into: ReliabilityBins, from: ReliabilityBins): ReliabilityBins {
  for (let bin = 0; bin < into.weight.length; bin++) {
    into.weight[bin]! += from.weight[bin]!;
    into.confidence[bin]! += from.confidence[bin]!;
    into.correct[bin]! += from.correct[bin]!;
  }
  return into;
}

/** Mean confidence − accuracy of a bin, times its weight. */
export function signedGap(state: ReliabilityBins, bin: number): number {
  return state.confidence[bin]! - state.correct[bin]!;
}

/** The same without its sign. */
export function binGap(state: ReliabilityBins, bin: number): number {
  return Math.abs(signedGap(state, bin));
}

export function totalWeight(state: ReliabilityBins): number {
  return state.weight.reduce((sum, w) => sum + w, 0);
}
