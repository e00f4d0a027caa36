import type { Metric } from "../core/index.js";
import { ece } from "./ece.js";
import { binGap, type ReliabilityBins } from "./reliability.js";

/** Maximum calibration error: the largest |confidence_b − accuracy_b| over the bins of `ece` that are not empty. */
export const mce: Metric<ReliabilityBins> = {
  ...ece,
  name: "mce",
  help: "Maximum calibration error: the worst bin of ece",
  convention: (params) => ({ bins: params["bins"]!, edges: params["edges"]!, norm: "max", of: "top label" }),
  value(state) {
    let worst = NaN;
    for (let bin = 0; bin < state.weight.length; bin++) {
      const weight = state.weight[bin]!;
      if (weight > 0 && !(binGap(state, bin) / weight <= worst)) worst = binGap(state, bin) / weight;
    }
    return worst;
  },
};
