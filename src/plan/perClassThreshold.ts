import type { Batch, Guarantee, Policy } from "../core/index.js";
import {
  bandCounts,
  bandRates,
  dealt,
  joined,
  policyVersion,
  type Ranked,
  rankedPieces,
  type Rate,
  ratesOf,
  solve,
  type Wish,
} from "../decide/index.js";
import { wonRows } from "./decisionRows.js";
import {
  actionNames,
  envelope,
  type HeldOut,
  refuseOption,
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
  for (const name of ["positive", "prior", "maxRisk", "budget", "low", "abstain"] as const)
    if (options[name] !== undefined) refuseOption(`${name} must be absent with perClass`, options[name]);
  const { confidence = 0.95, seed = 0 } = options;
  const each = 1 - (1 - confidence) / classes.length;
  const wish: Wish = { ...(options as Wish), confidence: each };
  const piece = dealt(rows.rows, seed, rows.offset);
  const won = wonRows(rows);
  const pieces = (k: number): Ranked[] => {
    const { scores, truth } = won(k);
    return rankedPieces(scores, truth, piece);
  };
  const found = classes.map((name, k) => oneClass(name, pieces(k), wish, confidence));
  const thresholds = Object.fromEntries(found.map((one) => [one.class, "refused" in one ? null : one.logit]));
  const guarantees = found.flatMap((one) => ("refused" in one || !one.guarantee ? [] : [one.guarantee]));
  const base = { rows: rows.rows, classes: found, warnings: sameRowsWarning(options, raw) };
  if (found.every((one) => "refused" in one))
    return { met: false, reason: `no class has rows enough: ${firstRefusal(found)}.`, ...base };
  const [accept, abstain] = actionNames(options, ["accept", "ask"]);
  const params: Policy["params"] = { thresholds, accept: accept!, abstain: abstain! };
  const policy = envelope({ method: "perClass", params }, guarantees, options, classes, raw);
  const limits = classes.map((name) => thresholds[name] ?? Infinity);
  const result: ThresholdResult = {
    met: true,
    policy,
    version: policyVersion(policy),
    ...(policy.guarantee && { guarantee: policy.guarantee }),
    ...(policy.further && { further: policy.further }),
    ...base,
    ...accepted(rows, limits, confidence),
  };
  if (other) result.heldOut = { source: "file", rows: other.rows, ...accepted(other, limits, confidence) };
  else
    result.heldOut = crossValidated(
      classes.map((_, k) => () => pieces(k)),
      rows.rows,
      wish,
      confidence,
    );
  const never = found.filter((one) => "refused" in one).map((one) => one.class);
  if (never.length > 0)
    result.warnings.push(`Never accepted, because nothing can be promised of them: ${never.join(", ")}.`);
  return result;
}

export type Found = NonNullable<ThresholdResult["classes"]>[number];

/** One class's threshold, or why it has none. */
export function oneClass(name: string, pieces: Ranked[], wish: Wish, confidence: number): Found {
  const all = joined(pieces);
  if (all.positives.length === 0) return { class: name, refused: "it has no rows" };
  const solved = solve(pieces, wish);
  if ("refused" in solved) return { class: name, ...solved };
  const { high, guarantees } = solved;
  const guarantee: Guarantee | undefined = guarantees[0] && { ...guarantees[0], class: name };
  return {
    class: name,
    at: 1 / (1 + Math.exp(-high)),
    logit: high,
    ...(guarantee && { guarantee }),
    ...bandRates(bandCounts(all, solved), false, confidence),
  };
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

/** @param byClass the pieces of one class after another: all at once would be a table of rows × classes */
function crossValidated(byClass: readonly (() => Ranked[])[], rows: number, wish: Wish, confidence: number): HeldOut {
  let [right, wrong] = [0, 0];
  for (const piecesOf of byClass) {
    const pieces = piecesOf();
    for (const [held, piece] of pieces.entries()) {
      const solved = solve(
        pieces.filter((_, i) => i !== held),
        wish,
      );
      if ("refused" in solved) continue;
      const { alertedPositives, alertedNegatives } = bandCounts(piece, solved);
      right += alertedPositives;
      wrong += alertedNegatives;
    }
  }
  return { source: "cv5", rows, ...shares(right, wrong, rows, confidence) };
}

export function firstRefusal(found: readonly Found[]): string {
  const one = found.find((of) => "refused" in of)!;
  return "refused" in one ? `${one.class}: ${one.refused}` : "";
}
