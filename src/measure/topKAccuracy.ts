import type { Metric } from "../core/index.js";
import { type MeanState, meanMetric } from "./mean.js";

interface TopKState extends MeanState {
  k: number;
}

/** Share of rows whose label is among the k largest scores; ties go to the lowest index. */
export const topKAccuracy: Metric<TopKState> = {
  ...(meanMetric(
    {
      name: "topKAccuracy",
      help: "Share of rows whose label is among the k largest scores",
      params: [
        {
          name: "k",
          type: "integer",
          min: 1,
          max: 1_000_000,
          default: 5,
          help: "How many of the largest scores count",
        },
      ],
      source: "–",
      interval: "wilson",
      better: "higher",
      convention: (params) => ({ k: params["k"]!, ties: "lowest index" }),
    },
    () => 0,
  ) as unknown as Metric<TopKState>),
  init: (params) => ({ sum: 0, weight: 0, k: params["k"] as number }),
  add(state, rows, weights) {
    const { values } = rows.batch;
    const { classes } = rows;
    let sum = 0;
    let weight = 0;
    for (let row = 0; row < rows.rows; row++) {
      const w = weights ? weights[row]! : 1;
      const label = rows.labels![row]!;
      const own = values[row * classes + label]!;
      let ahead = 0;
      for (let j = 0; j < classes && ahead < state.k; j++) {
        const z = values[row * classes + j]!;
        if (z > own || (z === own && j < label)) ahead++;
      }
      sum += ahead < state.k ? w : 0;
      weight += w;
    }
    state.sum += sum;
    state.weight += weight;
  },
};
