import type { Metric } from "../core/index.js";
import { ece } from "./ece.js";
import { binGap, type ReliabilityBins, signedGap } from "./reliability.js";

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
  noise(state, replicate) {
    let worst = 0;
    for (let bin = 0; bin < state.weight.length; bin++) {
      const [own, other] = [state.weight[bin]!, replicate.weight[bin]!];
      if (own > 0 && other > 0)
        worst = Math.max(worst, Math.abs(signedGap(replicate, bin) / other - signedGap(state, bin) / own));
    }
    return worst;
  },
};
