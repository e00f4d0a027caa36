import type { Guarantee, Policy } from "../core/index.js";
import { bandCounts, bandRates, joined, policyVersion, type Ranked, solve, type Wish } from "../decide/index.js";
import { refuseOption, type ThresholdOptions, type ThresholdResult } from "./thresholdOptions.js";

type Found = NonNullable<ThresholdResult["classes"]>[number];

/** A threshold for each class or label. */
export interface ClassThresholds {
  found: Found[];
  kept: Exclude<Found, { refused: string }>[];
  guarantees: Guarantee[];
  /** Those of which nothing can be promised. */
  never: string[];
}

/** What is wished for each class: the promises of all hold together, so each is made with its share of the error. */
export function wishOfEach(options: ThresholdOptions, classes: readonly string[]): Wish {
  const { confidence = 0.95 } = options;
  return { ...(options as Wish), confidence: 1 - (1 - confidence) / classes.length };
}

/** @param pieces of one class after another: all at once would be a table of rows × classes */
export function classThresholds(
  pieces: (k: number) => Ranked[],
  classes: readonly string[],
  wish: Wish,
  confidence: number,
): ClassThresholds {
  const found = classes.map((name, k) => oneClass(name, pieces(k), wish, confidence));
  const kept = found.flatMap((one) => ("refused" in one ? [] : [one]));
  return {
    found,
    kept,
    guarantees: kept.flatMap(({ guarantee }) => (guarantee ? [guarantee] : [])),
    never: found.flatMap((one) => ("refused" in one ? [one.class] : [])),
  };
}

/** One class's threshold, or why it has none. */
function oneClass(name: string, pieces: Ranked[], wish: Wish, confidence: number): Found {
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
  what: string,
  got?: string,
): void {
  for (const name of names)
    if (options[name] !== undefined) refuseOption(`${name} must be absent with ${what}`, got ?? options[name]);
}
