/** From calibrated scores to actions under a policy: plain JSON in, decisions out. */
import type { Batch, Decision, DecisionMethod, Policy, PolicyState } from "../core/index.js";
import { compileWith, type EachDecision, eachWith } from "./decider.js";
import { readPolicy } from "./document.js";
import { band } from "./methods/band.js";
import { cascadeOf } from "./methods/cascade.js";
import { expectedCost } from "./methods/expectedCost.js";
import { multilabel } from "./methods/multilabel.js";
import { perClass } from "./methods/perClass.js";
import { selective } from "./methods/selective.js";
import { threshold } from "./methods/threshold.js";

const single: readonly DecisionMethod[] = [threshold, band, selective, perClass, expectedCost, multilabel];

/** Every way of deciding. One line a method. */
export const decisionMethods: readonly DecisionMethod[] = [...single, cascadeOf(single)];

/**
 * The policy that a JSON document holds, checked before anything is decided by it.
 *
 * @param classes names of the scores' classes, where they are known: other classes are an error.
 * @throws "bad-data" when it is no policy, "mismatch" when it is another kind of document or belongs to other scores.
 */
export function validatePolicy(document: unknown, classes?: readonly string[]): Policy {
  return readPolicy(document, decisionMethods, classes);
}

/**
 * Makes a policy ready: the function it returns decides about every row of a batch whose scores are calibrated already.
 *
 * @param state what has happened to the policy since: once it is revoked every decision says so.
 * @throws "bad-data", "mismatch"; the function "mismatch" for another number of classes and "not-finite" for rows that have no probabilities.
 * @example
 *     const [{ action, reason }] = decider(policy)({ kind: "logits", values: Float64Array.of(8.2, 1.5), rows: 1, classes: 2 });
 */
export function decider(policy: Policy, state?: PolicyState): (batch: Batch) => Decision[] {
  return compileWith(methodOf(policy), policy, state);
}

/**
 * The same for whoever keeps no decision: each is shown in turn, in one object that the next row fills anew.
 *
 * @throws as `decider` does.
 * @example
 *     deciderOfEach(policy)(batch, ({ action }, row) => (blocked[row] = action === "block" ? 1 : 0));
 */
export function deciderOfEach(policy: Policy, state?: PolicyState): EachDecision {
  return eachWith(methodOf(policy), policy, state);
}

function methodOf(policy: Policy): DecisionMethod {
  const { method } = validatePolicy(policy);
  return decisionMethods.find(({ name }) => name === method)!;
}

export type { EachDecision } from "./decider.js";

export { type BandCounts, bandCounts, type BandRates, bandRates, sumCounts } from "./bandRates.js";
export { fBetaRate } from "./fBetaRate.js";
export { logOddsOf, winnersOf } from "./odds.js";
export { ownOdds } from "./ownOdds.js";
export { positiveClasses } from "./positive.js";
export { dealt, joined, type Ranked, rankedPieces } from "./ranked.js";
export { complement, type Counts, countsAt, type Rate, type Rates, ratesOf } from "./rates.js";
export { checkGuarantee, type GuaranteeCheck } from "./checkGuarantee.js";
export { type Band, logit, priorShift, solve, type Solved, type Wish } from "./solve/index.js";
export type { Costs } from "./solve/cost.js";
export { rowsNeeded } from "./solve/solution.js";
export { policyVersion } from "./version.js";
