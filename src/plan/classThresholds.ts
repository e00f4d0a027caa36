import type { Guarantee, Policy } from "../core/index.js";
import {
  bandCounts,
  type BandCounts,
  type BandRates,
  bandRates,
  joined,
  policyVersion,
  type Ranked,
  rankedPieces,
  solve,
  type Wish,
} from "../decide/index.js";
import type { DecisionRows } from "./decisionRows.js";
import { heldOutCounts } from "./heldOutCounts.js";
import { refuseOption, type ThresholdOptions, type ThresholdResult } from "./thresholdOptions.js";

export type Found = NonNullable<ThresholdResult["classes"]>[number];

type Kept = Exclude<Found, { refused: string }>;

/** A threshold for each class or label. */
export interface ClassThresholds {
  found: Found[];
  kept: Kept[];
  guarantees: Guarantee[];
  /** Those of which nothing can be promised. */
  never: string[];
}

/** What is wished for each class: the promises of all hold together, so each is made with its share of the error. */
export function wishOfEach(options: ThresholdOptions, classes: readonly string[]): Wish {
  const { confidence = 0.95 } = options;
  return { ...(options as Wish), confidence: 1 - (1 - confidence) / classes.length };
}

/**
 * @param pieces of one class after another: all at once would be a table of rows × classes
 * @param given.other rows that each is measured on as well, instead of by folds
 */
export function classThresholds(
  pieces: (k: number) => Ranked[],
  classes: readonly string[],
  { wish, confidence, other }: { wish: Wish; confidence: number; other?: ((k: number) => DecisionRows) | undefined },
): ClassThresholds {
  const found = classes.map((name, k) => oneClass(name, pieces(k), wish, confidence, other?.(k)));
  const kept = found.flatMap((one) => ("refused" in one ? [] : [one]));
  return {
    found,
    kept,
    guarantees: kept.flatMap(({ guarantee }) => (guarantee ? [guarantee] : [])),
    never: found.flatMap((one) => ("refused" in one ? [one.class] : [])),
  };
}

/** One class's threshold, or why it has none. */
function oneClass(name: string, pieces: Ranked[], wish: Wish, confidence: number, other?: DecisionRows): Found {
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

export function firstRefusal(found: readonly Found[]): string {
  const one = found.find((of) => "refused" in of)!;
  return "refused" in one ? `${one.class}: ${one.refused}` : "";
}

/** A policy that was found, its version and what it promises. */
export function foundPolicy(
  policy: Policy,
): Pick<ThresholdResult, "met" | "policy" | "version" | "guarantee" | "further"> {
  const { guarantee, further } = policy;
  return {
    met: true,
    policy,
    version: policyVersion(policy),
    ...(guarantee && { guarantee }),
    ...(further && { further }),
  };
}

/** Refuses options that mean nothing here. */
export function refuseBeside(
  options: ThresholdOptions,
  names: readonly (keyof ThresholdOptions)[],
  where: string,
): void {
  for (const name of names) {
    const got = options[name];
    if (got === undefined) continue;
    // What is no word of the caller's is not said back.
    if (name === "evalSource") refuseOption(`eval must be absent ${where}`, "other rows");
    refuseOption(`${name} must be absent ${where}`, typeof got === "object" ? "one" : got);
  }
}
