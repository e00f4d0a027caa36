import type { Metric } from "../core/index.js";
import { binsParam } from "./reliability.js";
import {
  addRanked,
  deviations,
  initRanked,
  mergeRanked,
  type RankedRows,
  type TieGroups,
  tieGroups,
} from "./ranked.js";

interface EqualMassRows extends RankedRows {
  bins: number;
}

/**
 * Adaptive calibration error: Σ_b n_b/n · |confidence_b − accuracy_b| over bins of equally many rows, by rising confidence.
 * The first n mod B bins hold one row more (numpy's `array_split`). A group of tied rows that spans an edge is divided in proportion.
 */
export const aceEqualMass: Metric<EqualMassRows> = {
  name: "aceEqualMass",
  family: "metric",
  help: "Calibration error of the top label over equal-mass bins",
  params: [binsParam],
  source: "Nixon et al., CVPR Workshops 2019, §3.2",
  state: "rows",
  interval: "bootstrap",
  biasedUpwards: true,
  most: 1,
  better: "lower",
  convention: (params) => ({
    bins: params["bins"]!,
    edges: "equal mass, array_split",
    norm: "L1",
    of: "top label",
    ties: "divided in proportion",
  }),
  init: (params) => ({ ...initRanked(), bins: params["bins"] as number }),
  add: addRanked,
  merge: (into, from) => mergeRanked(into, from) as EqualMassRows,
  value: (state, weights) => equalMassError(tieGroups(state, weights), state.bins),
  rowNoise(state, weights) {
    const rows = deviations(state, weights);
    let error = 0;
    for (let bin = 0, i = 0; bin < state.bins; bin++) {
      let gap = 0;
      for (const end = Math.floor(((bin + 1) * rows.length) / state.bins); i < end; i++) gap += rows[i]!;
      error += Math.abs(gap);
    }
    return error / rows.length;
  },
};

function equalMassError(groups: TieGroups, bins: number): number {
  let total = 0;
  for (let group = 0; group < groups.length; group++) total += groups.weight[group]!;
  if (total === 0) return NaN;
  const small = Math.floor(total / bins);
  const larger = total - small * bins;
  let error = 0;
  let group = groups.length - 1;
  let left = group >= 0 ? groups.weight[group]! : 0;
  for (let bin = 0; bin < bins; bin++) {
    let room = small + (bin < larger ? 1 : 0);
    let gap = 0;
    while (room > 0 && group >= 0) {
      const taken = Math.min(room, left);
      gap += (taken / groups.weight[group]!) * (groups.confidence[group]! - groups.correct[group]!);
      room -= taken;
      left -= taken;
      if (left === 0 && --group >= 0) left = groups.weight[group]!;
    }
    error += Math.abs(gap);
  }
  return error / total;
}
