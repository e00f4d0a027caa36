import type { Metric } from "../core/index.js";
import { type BinEdges, binCount, binOf } from "../stats/bins.js";
import { binsParam, edgesParam } from "./reliability.js";

interface ClasswiseBins {
  classes: number;
  bins: number;
  edges: BinEdges;
  sum: boolean;
  total: number;
  /** classes × bins: Σ w(p_k − 1[y = k]). */
  gap: Float64Array;
}

/**
 * Class-wise expected calibration error: mean over classes k of Σ_b |Σ_{i in b} (p_ik − 1[y_i = k])| / n, all probabilities of all classes binned.
 * Kull et al. print the sum over classes (`classwiseScale: "sum"`).
 */
export const classwiseEce: Metric<ClasswiseBins> = {
  name: "classwiseEce",
  family: "metric",
  help: "Expected calibration error of every class, averaged",
  params: [
    binsParam,
    edgesParam,
    {
      name: "classwiseScale",
      type: "choice",
      choices: ["mean", "sum"],
      default: "mean",
      help: "Mean or sum over classes",
    },
  ],
  source: "Kull et al., NeurIPS 2019, §2",
  state: "sums",
  interval: "bootstrap",
  biasedUpwards: true,
  better: "lower",
  convention: (params) => ({
    bins: params["bins"]!,
    edges: params["edges"]!,
    norm: "L1",
    of: "every class",
    scale: params["classwiseScale"]!,
  }),
  init(params, { classes }) {
    const bins = params["bins"] as number;
    const edges = params["edges"] as BinEdges;
    return {
      classes,
      bins,
      edges,
      sum: params["classwiseScale"] === "sum",
      total: 0,
      gap: new Float64Array(classes * binCount(bins, edges)),
    };
  },
  add(state, rows, weights) {
    const probs = rows.probs();
    const { classes, bins, edges } = state;
    const count = binCount(bins, edges);
    for (let row = 0; row < rows.rows; row++) {
      const w = weights ? weights[row]! : 1;
      if (w === 0) continue;
      state.total += w;
      const label = rows.labels![row]!;
      for (let k = 0; k < classes; k++) {
        const p = probs[row * classes + k]!;
        state.gap[k * count + binOf(p, bins, edges)]! += w * (k === label ? p - 1 : p);
      }
    }
  },
  merge(into, from) {
    into.total += from.total;
    for (let i = 0; i < into.gap.length; i++) into.gap[i]! += from.gap[i]!;
    return into;
  },
  value(state) {
    if (state.total === 0) return NaN;
    let sum = 0;
    for (const gap of state.gap) sum += Math.abs(gap);
    return sum / state.total / (state.sum ? 1 : state.classes);
  },
  noise(state, replicate) {
    let sum = 0;
    for (let i = 0; i < state.gap.length; i++) sum += Math.abs(replicate.gap[i]! - state.gap[i]!);
    return sum / state.total / (state.sum ? 1 : state.classes);
  },
  perClass({ classes, bins, edges, gap, total }) {
    const count = binCount(bins, edges);
    return Array.from(
      { length: classes },
      (_, k) => gap.subarray(k * count, (k + 1) * count).reduce((sum, g) => sum + Math.abs(g), 0) / total,
    );
  },
};
