import type { Metric } from "../core/index.js";
import { addScores, type ClassScores, initScores, meanOf, mergeScores, allWins } from "./classRanks.js";

const shared = {
  family: "metric",
  params: [],
  state: "rows",
  shares: "classScores",
  interval: "bootstrap",
  better: "higher",
  init: (_: unknown, { classes }: { classes: number }) => initScores(classes),
  add: addScores,
  merge: mergeScores,
} as const;

/**
 * Area under the ROC curve: the probability that a row of the class scores above one of another class, ties counting half.
 * Two classes: class 1 against class 0. More: the mean over classes of one against the rest; classes without rows, or with all, are left out.
 */
export const auroc: Metric<ClassScores> = {
  ...shared,
  name: "auroc",
  help: "Area under the ROC curve (binary, else one-vs-rest)",
  source: "Hanley & McNeil, Radiology 1982",
  convention: () => ({ average: "macro one-vs-rest; class 1 when there are two", ties: "half" }),
  value: (state, weights) => (state.classes === 2 ? perClass(state, weights)[1]! : meanOf(perClass(state, weights))),
  perClass,
};

/**
 * Hand and Till's M: the mean over pairs of classes of (A(i|j) + A(j|i))/2, where A(i|j) ranks the rows of i and j by the score of i.
 * Unlike one-vs-rest it does not depend on how frequent classes are.
 */
export const aurocHandTill: Metric<ClassScores> = {
  ...shared,
  name: "aurocHandTill",
  help: "Hand and Till's multi-class AUROC: the mean over pairs of classes",
  source: "Hand & Till, Machine Learning 2001, §3",
  convention: () => ({ average: "pairs of classes", ties: "half" }),
  value(state, weights) {
    const { classes } = state;
    const pairs: number[] = [];
    const all = allWins(state, weights);
    for (let i = 0; i < classes; i++) {
      for (let j = 0; j < i; j++) {
        const size = all[i]!.weight[i]! * all[i]!.weight[j]!;
        pairs.push((all[i]!.wins[j]! + all[j]!.wins[i]!) / (2 * size));
      }
    }
    return meanOf(pairs);
  },
};

function perClass(state: ClassScores, weights?: (index: number) => number): number[] {
  return allWins(state, weights).map(({ wins, weight }, k) => {
    const own = weight[k]!;
    const rest = weight.reduce((sum, w) => sum + w, 0) - own;
    return wins.reduce((sum, w) => sum + w, 0) / (own * rest);
  });
}
