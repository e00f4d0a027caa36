import type { Metric } from "../core/index.js";
import { type MeanState, meanMetric } from "./mean.js";

/**
 * Brier score: mean over rows of Σ_k (p_k − 1[k = y])², between 0 and 2.
 * For two classes scikit-learn's `brier_score_loss` is half of it (`brierScale: "half"`).
 */
export const brier: Metric<MeanState & { scale: number }> = (() => {
  const mean = meanMetric(
    {
      name: "brier",
      help: "Brier score: squared distance between probabilities and truth",
      params: [
        {
          name: "brierScale",
          type: "choice",
          choices: ["sum", "half"],
          default: "sum",
          help: "Sum over classes, or half of it",
        },
      ],
      source: "Brier 1950",
      interval: "bootstrap",
      better: "lower",
      convention: (params) => ({ sum: "over classes", scale: params["brierScale"] === "half" ? "half" : "sum" }),
    },
    (rows, row) => {
      const probs = rows.probs();
      const start = row * rows.classes;
      const label = rows.labels![row]!;
      let sum = 0;
      for (let k = 0; k < rows.classes; k++) {
        const distance = probs[start + k]! - (k === label ? 1 : 0);
        sum += distance * distance;
      }
      return sum;
    },
  );
  return {
    ...mean,
    init: (params, shape) => ({
      ...(mean.init(params, shape) as MeanState),
      scale: params["brierScale"] === "half" ? 0.5 : 1,
    }),
    value: (state) => mean.value(state) * state.scale,
  } as Metric<MeanState & { scale: number }>;
})();
