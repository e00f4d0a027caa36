import type { Detector } from "./method.js";

/** The winner's logit. */
export const maxLogit: Detector = {
  name: "maxLogit",
  family: "guard",
  needs: "rows",
  combined: true,
  says: { below: "low", above: "high" },
  gauge: "raw",
  help: "The winner's logit",
  params: [],
  source: "Hendrycks et al., ICML 2022, §3",
  measure:
    (_, __, classes) =>
    ({ scores: { batch, predicted, rows } }) =>
      new Float64Array(rows).map((_none, row) => batch.values[row * classes + predicted[row]!]!),
};
