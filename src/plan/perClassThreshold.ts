import { type Found, classThresholds, firstRefusal, foundPolicy, refuseBeside, wishOfEach } from "./classThresholds.js";
import type { Batch, Policy } from "../core/index.js";
import { dealt, type Ranked, rankedPieces, type Rate, ratesOf } from "../decide/index.js";
import { wonRows } from "./decisionRows.js";
import {
  actionNames,
  envelope,
  type HeldOut,
  sameRowsWarning,
  type ThresholdOptions,
  type ThresholdResult,
} from "./thresholdOptions.js";

/**
 * One threshold a class, each for the rows that it wins. The promises of all classes hold together: each is made with its share of the error. A class that
 * nothing can be promised of is never accepted.
 */
export function perClassThreshold(
  rows: Batch,
  other: Batch | undefined,
  classes: string[],
  options: ThresholdOptions,
  raw: Batch,
): ThresholdResult {
  refuseBeside(options, ["positive", "prior", "maxRisk", "budget", "low", "abstain"], "with perClass");
  const { confidence = 0.95, seed = 0 } = options;
  const wish = wishOfEach(options, classes);
  const piece = dealt(rows.rows, seed, rows.offset);
  const won = wonRows(rows);
  const pieces = (k: number): Ranked[] => {
    const { scores, truth } = won(k);
    return rankedPieces(scores, truth, piece);
  };
  const others = other && wonRows(other);
  const { found, kept, guarantees, never } = classThresholds(pieces, classes, { wish, confidence, other: others });
  const thresholds = Object.fromEntries(found.map((one) => [one.class, "refused" in one ? null : one.logit]));
  const base = { rows: rows.rows, classes: found, warnings: sameRowsWarning(options, raw) };
  if (kept.length === 0) return { met: false, reason: `no class has rows enough: ${firstRefusal(found)}.`, ...base };
  const [accept, abstain] = actionNames(options, ["accept", "ask"]);
  const params: Policy["params"] = { thresholds, accept: accept!, abstain: abstain! };
  const policy = envelope({ method: "perClass", params }, guarantees, options, classes, raw);
  const limits = classes.map((name) => thresholds[name] ?? Infinity);
  const result: ThresholdResult = {
    ...foundPolicy(policy),
    ...base,
    ...accepted(rows, limits, confidence),
  };
  if (other) result.heldOut = { source: "file", rows: other.rows, ...accepted(other, limits, confidence) };
  else if (options.at === undefined) result.heldOut = crossValidated(found, rows.rows, confidence);
  if (never.length > 0)
    result.warnings.push(`Never accepted, because nothing can be promised of them: ${never.join(", ")}.`);
  return result;
}

/** Share of the rows that are accepted, and of these that are wrong. */
function accepted(rows: Batch, limits: readonly number[], confidence: number): { coverage: Rate; risk: Rate } {
  const won = wonRows(rows);
  let [right, wrong] = [0, 0];
  for (const [k, limit] of limits.entries()) {
    if (limit === Infinity) continue;
    const { scores, truth } = won(k);
    for (let row = 0; row < scores.length; row++)
      if (scores[row]! >= limit) {
        if (truth[row] === 1) right++;
        else wrong++;
      }
  }
  return shares(right, wrong, rows.rows, confidence);
}

function shares(right: number, wrong: number, rows: number, confidence: number): { coverage: Rate; risk: Rate } {
  // The rest is neither right nor wrong: it is asked about.
  const { alerts } = ratesOf({ tp: right, fp: wrong, fn: 0, tn: rows - right - wrong }, confidence);
  const { precision: risk } = ratesOf({ tp: wrong, fp: right, fn: 0, tn: 0 }, confidence);
  return { coverage: alerts, risk };
}

/** Of what each class's folds accepted; the rest is asked about. */
function crossValidated(found: readonly Found[], rows: number, confidence: number): HeldOut {
  let [right, wrong] = [0, 0];
  for (const one of found) {
    const accepted = "refused" in one ? undefined : one.heldOut?.precision;
    right += accepted?.count ?? 0;
    wrong += accepted ? accepted.n! - accepted.count! : 0;
  }
  return { source: "cv5", rows, ...shares(right, wrong, rows, confidence) };
}
