import type { Metric } from "../core/index.js";
import { type MeanState, meanMetric } from "./mean.js";

/** Negative log-likelihood: mean of lse(z) − z_y, in nats. Also called log loss or cross-entropy. */
export const nll: Metric<MeanState> = meanMetric(
  {
    name: "nll",
    help: "Negative log-likelihood of the labels (log loss)",
    params: [],
    source: "Good 1952",
    interval: "bootstrap",
    better: "lower",
    convention: () => ({ log: "natural", clip: "none" }),
  },
  (rows, row) => rows.nll![row]!,
);
