import type { Metric } from "../core/index.js";
import { addRanked, deviations, initRanked, mergeRanked, type RankedRows, tieGroups } from "./ranked.js";

/**
 * Kolmogorov–Smirnov calibration error: max_i |Σ_{j ≤ i} (confidence_j − correct_j)| / n over rows sorted by confidence.
 * No bins. The maximum is taken where groups of tied rows end.
 */
export const ks: Metric<RankedRows> = {
  name: "ks",
  family: "metric",
  help: "Kolmogorov–Smirnov calibration error, without bins",
  params: [],
  source: "Gupta et al., ICLR 2021, §3",
  state: "rows",
  shares: "ranked",
  interval: "bootstrap",
  biasedUpwards: true,
  most: 1,
  better: "lower",
  convention: () => ({ order: "rising confidence, by log-odds", ties: "at group ends", norm: "max" }),
  init: initRanked,
  add: addRanked,
  merge: mergeRanked,
  value(state, weights) {
    const groups = tieGroups(state, weights);
    let total = 0;
    let sum = 0;
    let worst = 0;
    for (let group = groups.length - 1; group >= 0; group--) {
      total += groups.weight[group]!;
      sum += groups.confidence[group]! - groups.correct[group]!;
      worst = Math.max(worst, Math.abs(sum));
    }
    return total === 0 ? NaN : worst / total;
  },
  rowNoise(state, weights) {
    const rows = deviations(state, weights);
    let sum = 0;
    let worst = 0;
    for (let i = rows.length - 1; i >= 0; i--) {
      sum += rows[i]!;
      worst = Math.max(worst, Math.abs(sum));
    }
    return worst / rows.length;
  },
};
