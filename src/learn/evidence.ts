import { type Batch, predictions } from "../core/index.js";
import { entropy, sigmoid } from "../core/math/index.js";
import { rowVariance, runnerUpScore } from "../stats/rowSpread.js";

/** What is looked at in one row of logits; higher is more suspicious. */
export type SnapshotScore = "margin" | "maxProbability" | "energy" | "entropy" | "variance";

/**
 * How little a row of logits looks like a sure one, by five scores, each the higher the more suspicious:
 *
 *     margin            1 − (p₁ − p₂)
 *     maxProbability    1 − p₁                    Hendrycks & Gimpel, ICLR 2017
 *     energy            −ln Σ exp z               Liu et al., NeurIPS 2020
 *     entropy           −Σ p ln p, in nats
 *     variance          minus the variance of the logits over the classes that are not masked
 *
 * They see an attack that stops at the border. One that goes on makes rows that look surer than true ones, so a score below 0.5 is no slip.
 * None is computed as 1 − p: sure rows keep their order.
 *
 * @throws "not-finite"
 */
export function snapshotEvidence(batch: Batch): Record<SnapshotScore, Float64Array> {
  const known = predictions(batch);
  const { rows, classes } = batch;
  const values = Float64Array.from(known.batch.values);
  const unsure = known.logOdds.map((odds) => sigmoid(-odds));
  return {
    margin: unsure.map(
      (rest, row) =>
        rest + Math.exp(runnerUpScore(values, row * classes, classes, known.predicted[row]!) - known.logSumExp[row]!),
    ),
    maxProbability: unsure,
    energy: known.logSumExp.map((lse) => -lse),
    entropy: entropy({ values, rows, classes }),
    variance: new Float64Array(rows).map((_, row) => -rowVariance(values, row * classes, classes)),
  };
}
