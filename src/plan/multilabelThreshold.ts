import type { Batch, Policy } from "../core/index.js";
import { dealt, policyVersion, rankedPieces, type Wish } from "../decide/index.js";
import { labelRows } from "./decisionRows.js";
import { firstRefusal, oneClass } from "./perClassThreshold.js";
import {
  actionNames,
  envelope,
  refuseOption,
  type ThresholdOptions,
  type ThresholdResult,
} from "./thresholdOptions.js";

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
  const absent = [
    "positive",
    "prior",
    "maxRisk",
    "budget",
    "low",
    "abstain",
    "perClass",
    "calibrator",
    "evalSource",
  ] as const;
  for (const name of absent)
    if (options[name] !== undefined) {
      const [said, got] = name === "evalSource" ? ["eval", "other rows"] : [name, options[name]];
      refuseOption(
        `${said} must be absent where labels do not exclude each other`,
        typeof got === "object" ? "one" : got,
      );
    }
  const { confidence = 0.95, seed = 0 } = options;
  const wish: Wish = { ...(options as Wish), confidence: 1 - (1 - confidence) / classes.length };
  const piece = dealt(rows.rows, seed, rows.offset);
  const of = labelRows(rows, truth);
  const found = classes.map((name, k) => {
    const { scores, truth: own } = of(k);
    return oneClass(name, rankedPieces(scores, own, piece), { wish, confidence });
  });
  const base = { rows: rows.rows, classes: found, warnings: [] };
  const kept = found.flatMap((one) => ("refused" in one ? [] : [one]));
  if (kept.length === 0) return { met: false, reason: `no label has rows enough: ${firstRefusal(found)}.`, ...base };
  const [above, below] = actionNames(options, ["alert", "pass"]) as [string, string];
  const thresholds = Object.fromEntries(kept.map((one) => [one.class, one.logit]));
  const params: Policy["params"] = { thresholds, above, below };
  const guarantees = kept.flatMap(({ guarantee }) => (guarantee ? [guarantee] : []));
  const policy = envelope({ method: "multilabel", params }, guarantees, options, classes, rows);
  const never = found.filter((one) => "refused" in one).map((one) => one.class);
  return {
    met: true,
    policy,
    version: policyVersion(policy),
    ...(policy.guarantee && { guarantee: policy.guarantee }),
    ...(policy.further && { further: policy.further }),
    ...base,
    warnings:
      never.length > 0 ? [`Not asked about, because nothing can be promised of them: ${never.join(", ")}.`] : [],
  };
}
