import type { Batch, Guarantee, Policy } from "../core/index.js";
import {
  bandCounts,
  type BandCounts,
  type BandRates,
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
import { type DecisionRows, wonRows } from "./decisionRows.js";
import { heldOutCounts } from "./heldOutCounts.js";
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
  const others = other && wonRows(other);
  const found = classes.map((name, k) => oneClass(name, pieces(k), { wish, confidence, other: others?.(k) }));
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
  else if (options.at === undefined) result.heldOut = crossValidated(found, rows.rows, confidence);
  const never = found.filter((one) => "refused" in one).map((one) => one.class);
  if (never.length > 0)
    result.warnings.push(`Never accepted, because nothing can be promised of them: ${never.join(", ")}.`);
  return result;
}

export type Found = NonNullable<ThresholdResult["classes"]>[number];
type Kept = Exclude<Found, { refused: string }>;

/**
 * One class's threshold, or why it has none.
 *
 * @param given.other rows that it is measured on as well, instead of by folds
 */
export function oneClass(
  name: string,
  pieces: Ranked[],
  { wish, confidence, other }: { wish: Wish; confidence: number; other?: DecisionRows | undefined },
): Found {
  const all = joined(pieces);
  if (all.positives.length === 0) return { class: name, refused: "it has no rows" };
  const solved = solve(pieces, wish);
  if ("refused" in solved) return { class: name, ...solved };
  const { high, guarantees } = solved;
  const guarantee: Guarantee | undefined = guarantees[0] && { ...guarantees[0], class: name };
  const rates = (counts: BandCounts): BandRates => bandRates(counts, false, confidence);
  const one: Kept = {
    class: name,
    at: 1 / (1 + Math.exp(-high)),
    logit: high,
    ...(guarantee && { guarantee }),
    ...rates(bandCounts(all, solved)),
  };
  if (other) {
    const ranked = joined(rankedPieces(other.scores, other.truth, new Uint8Array(other.scores.length)));
    one.heldOut = { source: "file", ...rates(bandCounts(ranked, solved)) };
  } else if (wish.at === undefined) {
    const { counts, refused } = heldOutCounts(pieces, wish);
    one.heldOut = { source: "cv5", ...(counts && rates(counts)), ...(refused > 0 && { refused }) };
  }
  return one;
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

export function firstRefusal(found: readonly Found[]): string {
  const one = found.find((of) => "refused" in of)!;
  return "refused" in one ? `${one.class}: ${one.refused}` : "";
}
