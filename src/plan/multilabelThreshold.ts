import { classThresholds, firstRefusal, foundPolicy, refuseBeside, wishOfEach } from "./classThresholds.js";
import type { Batch, Policy } from "../core/index.js";
import { dealt, type Ranked, rankedPieces } from "../decide/index.js";
import { labelRows } from "./decisionRows.js";
import { actionNames, envelope, type ThresholdOptions, type ThresholdResult } from "./thresholdOptions.js";

/**
 * One threshold a label, where labels do not exclude each other. The promises of all labels hold together: each is made with its share of the error. A label
 * that nothing can be promised of is not asked about.
 *
 * @param truth 0 or 1 for each row and label
 */
export function multilabelThreshold(
  rows: Batch,
  truth: Batch,
  classes: string[],
  options: ThresholdOptions,
): ThresholdResult {
  refuseBeside(
    options,
    ["positive", "prior", "maxRisk", "budget", "low", "abstain", "perClass", "calibrator", "evalSource"],
    "where labels do not exclude each other",
  );
  const { confidence = 0.95, seed = 0 } = options;
  const piece = dealt(rows.rows, seed, rows.offset);
  const of = labelRows(rows, truth);
  const pieces = (k: number): Ranked[] => {
    const { scores, truth: own } = of(k);
    return rankedPieces(scores, own, piece);
  };
  const wish = wishOfEach(options, classes);
  const { found, kept, guarantees, never } = classThresholds(pieces, classes, { wish, confidence });
  const base = { rows: rows.rows, classes: found, warnings: [] };
  if (kept.length === 0) return { met: false, reason: `no label has rows enough: ${firstRefusal(found)}.`, ...base };
  const [above, below] = actionNames(options, ["alert", "pass"]) as [string, string];
  const thresholds = Object.fromEntries(kept.map((one) => [one.class, one.logit]));
  const params: Policy["params"] = { thresholds, above, below };
  const policy = envelope({ method: "multilabel", params }, guarantees, options, classes, rows);
  return {
    ...foundPolicy(policy),
    ...base,
    warnings:
      never.length > 0 ? [`Not asked about, because nothing can be promised of them: ${never.join(", ")}.`] : [],
  };
}
