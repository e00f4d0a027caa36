import { type Batch, LogitsError } from "../core/index.js";

/**
 * Scores that each speak of their label alone, as log-odds: logits as they are, probabilities as ln p/(1 − p).
 *
 * @throws "mismatch" for log-probabilities, which speak of a row as a whole.
 */
export function ownOdds(batch: Batch): Batch {
  if (batch.kind === "logits") return batch;
  if (batch.kind === "logprobs")
    throw new LogitsError(
      "mismatch",
      "Cannot decide: scores of single labels must be logits or probabilities, got logprobs",
    );
  return { ...batch, kind: "logits", values: Float64Array.from(batch.values, (p) => Math.log(p) - Math.log1p(-p)) };
}
