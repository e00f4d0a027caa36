import type { Metric } from "../core/index.js";
import { type MeanState, meanMetric } from "./mean.js";

/** Share of rows whose winner is the label. Ties go to the lowest index. */
export const accuracy: Metric<MeanState> = meanMetric(
  {
    name: "accuracy",
    help: "Share of rows whose largest score is the label's",
    params: [],
    source: "–",
    interval: "wilson",
    better: "higher",
    convention: () => ({ ties: "lowest index" }),
  },
  (rows, row) => rows.correct![row]!,
);
