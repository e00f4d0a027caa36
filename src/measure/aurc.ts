import type { Metric } from "../core/index.js";
import { addRanked, initRanked, mergeRanked, type RankedRows, type TieGroups, tieGroups } from "./ranked.js";

/**
 * Area under the risk–coverage curve: mean over i of (errors among the i most confident rows)/i.
 * Rows are ranked by log-odds, which keep their order where f32 probabilities are all 1. Within a tie the errors count evenly
 * (the expectation over all orders), so the value does not depend on the order of the file.
 */
export const aurc: Metric<RankedRows> = {
  name: "aurc",
  family: "metric",
  help: "Area under the risk–coverage curve, ranked by log-odds",
  params: [],
  source: "Geifman & El-Yaniv, NeurIPS 2017; Geifman, Uziel & El-Yaniv, ICLR 2019",
  state: "rows",
  shares: "ranked",
  interval: "bootstrap",
  better: "lower",
  convention: () => ({ order: "falling log-odds", ties: "errors spread evenly" }),
  init: initRanked,
  add: addRanked,
  merge: mergeRanked,
  value: (state, weights) => areaUnderRiskCoverage(tieGroups(state, weights)),
};

/**
 * Excess area: `aurc` above that of a perfect ranking of the same errors, e + (1 − e) ln(1 − e) with error rate e.
 */
export const eAurc: Metric<RankedRows> = {
  ...aurc,
  name: "eAurc",
  help: "aurc above that of a perfect ranking with the same error rate",
  convention: () => ({ order: "falling log-odds", ties: "errors spread evenly", optimum: "e + (1 - e) ln(1 - e)" }),
  value(state, weights) {
    const groups = tieGroups(state, weights);
    let total = 0;
    let correct = 0;
    for (let group = 0; group < groups.length; group++) {
      total += groups.weight[group]!;
      correct += groups.correct[group]!;
    }
    const kept = correct / total;
    const best = 1 - kept + (kept > 0 ? kept * Math.log(kept) : 0);
    return areaUnderRiskCoverage(groups) - best;
  },
};

function areaUnderRiskCoverage(groups: TieGroups): number {
  let seen = 0;
  let errors = 0;
  let area = 0;
  for (let group = 0; group < groups.length; group++) {
    const size = groups.weight[group]!;
    const wrong = size - groups.correct[group]!;
    for (let j = 1; j <= size; j++) area += (errors + (wrong * j) / size) / (seen + j);
    seen += size;
    errors += wrong;
  }
  return seen === 0 ? NaN : area / seen;
}
