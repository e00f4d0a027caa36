import type { Detector } from "./method.js";

/** ln Σ exp z: minus the free energy of the row. */
export const logSumExp: Detector = {
  name: "logSumExp",
  family: "guard",
  needs: "rows",
  combined: true,
  says: { below: "low", above: "high" },
  gauge: "raw",
  help: "ln Σ exp z, minus the energy of the row",
  params: [],
  source: "Liu et al., NeurIPS 2020, §3 (energy = −log-sum-exp)",
  measure:
    () =>
    ({ scores }) =>
      scores.logSumExp,
};
