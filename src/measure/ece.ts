import type { Metric } from "../core/index.js";
import type { BinEdges } from "../stats/bins.js";
import {
  addToBins,
  binGap,
  binsParam,
  edgesParam,
  initBins,
  mergeBins,
  signedGap,
  type ReliabilityBins,
  totalWeight,
} from "./reliability.js";

/**
 * Expected calibration error of the top label: Σ_b n_b/n · |confidence_b − accuracy_b| over equal-width bins of confidence.
 * Biased upwards on few rows; its interval is corrected for that.
 */
export const ece: Metric<ReliabilityBins> = {
  name: "ece",
  family: "metric",
  help: "Expected calibration error of the top label, equal-width bins",
  params: [binsParam, edgesParam],
  source: "Naeini, Cooper & Hauskrecht, AAAI 2015; Guo et al., ICML 2017, §2",
  state: "sums",
  shares: "reliability",
  interval: "bootstrap",
  biasedUpwards: true,
  most: 1,
  better: "lower",
  convention: (params) => ({ bins: params["bins"]!, edges: params["edges"]!, norm: "L1", of: "top label" }),
  init: (params) => initBins(params["bins"] as number, params["edges"] as BinEdges),
  add: addToBins,
  merge: mergeBins,
  value(state) {
    const total = totalWeight(state);
    if (total === 0) return NaN;
    let sum = 0;
    for (let bin = 0; bin < state.weight.length; bin++) sum += binGap(state, bin);
    return sum / total;
  },
  noise(state, replicate) {
    let sum = 0;
    for (let bin = 0; bin < state.weight.length; bin++)
      sum += Math.abs(signedGap(replicate, bin) - signedGap(state, bin));
    return sum / totalWeight(state);
  },
};
