import { runnerUpScore } from "../stats/rowSpread.js";
import type { Detector } from "./method.js";

/** How far the winner's logit is above the runner-up's, z₁ − z₂: the strongest sign of an input that was changed just until it passed. */
export const margin: Detector = {
  name: "margin",
  family: "guard",
  needs: "rows",
  combined: true,
  says: { below: "low", above: "high" },
  help: "z₁ − z₂: how far the winner's logit is above the runner-up's",
  params: [],
  source: "Aigrain & Detyniecki 2019; two-sided since Ozbulak, Van Messem & De Neve 2019, who found the other tail",
  measure:
    (_, __, classes) =>
    ({ scores: { batch, predicted, rows } }) =>
      new Float64Array(rows).map((_none, row) => {
        const start = row * classes;
        const winner = predicted[row]!;
        const gap = batch.values[start + winner]! - runnerUpScore(batch.values, start, classes, winner);
        // Where all others are masked; JSON holds no Infinity.
        return Math.min(gap, Number.MAX_VALUE);
      }),
};
