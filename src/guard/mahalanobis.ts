import { type Json, LogitsError } from "../core/index.js";
import { addScatter, distanceFrom, type DistanceLaw, distanceLaw, initScatter } from "../stats/mahalanobis.js";
import type { Detector } from "./method.js";
import { tableOf, tableToJson } from "./table.js";

/**
 * Mahalanobis distance of a row's logits from the mean of its predicted class, √((z − μ)ᵀ Σ⁻¹ (z − μ)/K), with one covariance within classes, shrunk so that
 * one that is singular can be used too (`stats/mahalanobis`). A class that no benign row was predicted as is measured from the mean of all.
 */
export const mahalanobis: Detector = {
  name: "mahalanobis",
  family: "guard",
  needs: "rows",
  combined: true,
  // Nearer to the centre than benign rows are is as odd as farther away, and as little a matter of being sure.
  says: { below: "odd", above: "odd" },
  gauge: "raw",
  help: "Distance of the logits from those of benign rows with the same winner",
  params: [],
  source: "Lee et al., NeurIPS 2018, §2, on logits; shrinkage: Chen, Wiesel, Eldar & Hero, IEEE TSP 2010",
  learn({ scores: { batch, predicted, rows, classes } }) {
    const scatter = initScatter(classes, classes);
    for (let row = 0; row < rows; row++) addScatter(scatter, batch.values, row, predicted[row]!);
    const law = distanceLaw(scatter);
    return { ...law, means: tableToJson(law.means) };
  },
  measure(_, learned, classes) {
    const distances = distanceFrom(lawOf(learned, classes));
    return ({ scores: { batch, predicted } }) => distances(batch.values, predicted);
  },
};

function lawOf(learned: Json | undefined, classes: number): Parameters<typeof distanceFrom>[0] {
  const law = (learned ?? {}) as unknown as DistanceLaw;
  const numbers = (list: unknown, length: number): boolean =>
    Array.isArray(list) && list.length === length && list.every((value) => Number.isFinite(value));
  const means = tableOf((law as { means?: Json }).means, classes, classes);
  const sound =
    numbers(law.mean, classes) && (numbers(law.covariance, classes * classes) || numbers(law.covariance, classes));
  if (!means || !sound)
    throw new LogitsError(
      "bad-data",
      `Cannot use this guard: mahalanobis must have a mean a class and a covariance of ${classes} classes`,
    );
  return { ...law, means };
}
