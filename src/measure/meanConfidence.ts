import type { Metric } from "../core/index.js";
import { type MeanState, meanMetric } from "./mean.js";

/** Mean probability of the winner: above the accuracy, a model is overconfident. */
export const meanConfidence: Metric<MeanState> = meanMetric(
  {
    name: "meanConfidence",
    help: "Mean probability of the winner; above accuracy is overconfident",
    params: [],
    source: "–",
    interval: "bootstrap",
    better: "none",
    convention: () => ({ of: "top label" }),
  },
  (rows, row) => rows.confidence[row]!,
);
