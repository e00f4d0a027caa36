import { foundPolicy, refuseBeside } from "./classThresholds.js";
import { type Batch, isObject } from "../core/index.js";
import { normalLimit } from "../stats/normal.js";
import { decider, type Rate } from "../decide/index.js";
import { labelsOf } from "./decisionRows.js";
import {
  type ActionCosts,
  envelope,
  refuseOption,
  sameRowsWarning,
  type ThresholdOptions,
  type ThresholdResult,
} from "./thresholdOptions.js";

/** Costs of actions, and not those of a false alert and a miss. */
export function isActionCosts(costs: ThresholdOptions["costs"]): costs is ActionCosts {
  if (costs === undefined) return false;
  if (!isObject(costs))
    return refuseOption("costs must be {fp, fn, ask?} or an object of actions", JSON.stringify(costs));
  return !("fp" in costs && "fn" in costs);
}

/** The policy of the least expected cost, and what rows cost under it; nothing is learned, so the figures are not optimistic. */
export function costPolicy(
  rows: Batch,
  other: Batch | undefined,
  classes: string[],
  options: ThresholdOptions,
  raw: Batch,
): ThresholdResult {
  refuseBeside(
    options,
    [
      "positive",
      "prior",
      "actions",
      "at",
      "maxFpr",
      "minPrecision",
      "minRecall",
      "maxRisk",
      "beta",
      "budget",
      "low",
      "abstain",
    ],
    "with costs of actions",
  );
  const costs = options.costs as ActionCosts;
  const policy = envelope({ method: "expectedCost", params: { costs } }, [], options, classes, raw);
  const decide = decider(policy);
  const costOf = (batch: Batch): Rate => {
    const labels = labelsOf(batch);
    return meanCost(
      decide(batch).map(({ action }, row) => {
        // A rule may have put an action in the place of one with a cost.
        const byClass = costs[action] ?? NaN;
        return typeof byClass === "number" ? byClass : byClass[classes[labels[row]!]!]!;
      }),
      normalLimit(options.confidence),
    );
  };
  const result: ThresholdResult = {
    ...foundPolicy(policy),
    rows: rows.rows,
    cost: costOf(rows),
    warnings: options.calibrator
      ? sameRowsWarning(options, raw)
      : ["Expected costs believe the probabilities: without --calibrator these are as the model gave them."],
  };
  if (other) result.heldOut = { source: "file", rows: other.rows, cost: costOf(other) };
  return result;
}

function meanCost(costs: readonly number[], limit: number): Rate {
  const n = costs.length;
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / n;
  const variance = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / n;
  const half = limit * Math.sqrt(variance / n);
  return { value: mean, ci: [mean - half, mean + half], n };
}
