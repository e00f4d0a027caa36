import type { Metric } from "../core/index.js";
import { addScores, type ClassScores, initScores, meanOf, mergeScores, rankingOf, rowWeights } from "./classRanks.js";

/**
 * Average precision: Σ_t (recall_t − recall_{t−1}) precision_t over the distinct scores t from the top; no interpolation.
 * Two classes: class 1. More: the mean over classes of one against the rest; classes without rows are left out.
 */
export const averagePrecision: Metric<ClassScores> = {
  name: "averagePrecision",
  family: "metric",
  help: "Average precision (binary, else one-vs-rest)",
  params: [],
  source: "Zhu 2004; scikit-learn average_precision_score",
  state: "rows",
  shares: "classScores",
  interval: "bootstrap",
  replicatesHigher: true,
  better: "higher",
  convention: () => ({ average: "macro one-vs-rest; class 1 when there are two", interpolation: "none" }),
  init: (_, { classes }) => initScores(classes),
  add: addScores,
  merge: mergeScores,
  value: (state, weights) => (state.classes === 2 ? ofClass(state, 1, weights) : meanOf(perClass(state, weights))),
  perClass,
};

function perClass(state: ClassScores, weights?: (index: number) => number): number[] {
  return Array.from({ length: state.classes }, (_, k) => ofClass(state, k, weights));
}

function ofClass(state: ClassScores, k: number, weights?: (index: number) => number): number {
  const each = rowWeights(state, weights);
  const { order, labels, ends } = rankingOf(state, k);
  let seen = 0;
  let hits = 0;
  let area = 0;
  let i = 0;
  for (let group = 0; group < ends.length; group++) {
    const before = hits;
    for (; i < ends[group]!; i++) {
      const w = each[order[i]!]!;
      seen += w;
      if (labels[i] === k) hits += w;
    }
    if (hits > before) area += (hits - before) * (hits / seen);
  }
  return hits === 0 ? NaN : area / hits;
}
