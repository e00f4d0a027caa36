import { calibratorRunner } from "../calibrate/index.js";
import type { Batch, Decision, Policy, PolicyState } from "../core/index.js";
import { decider, deciderOfEach, type EachDecision } from "../decide/index.js";

/**
 * Makes a policy ready for scores as the model gave them: its calibrator is applied, then it decides.
 *
 * @throws what `validatePolicy`, `validateCalibrator` and the rows themselves do.
 * @example
 *     const decide = policyRunner(policy);
 *     for await (const batch of source.batches()) for (const decision of decide(batch)) act(decision);
 */
export function policyRunner(policy: Policy, state?: PolicyState): (batch: Batch) => Decision[] {
  const decide = decider(policy, state);
  const scored = scoresFor(policy);
  return (batch) => decide(scored(batch));
}

/** The same for whoever keeps no decision: each is shown in turn, in one object that the next row fills anew. */
export function policyRunnerOfEach(policy: Policy, state?: PolicyState): EachDecision {
  const decide = deciderOfEach(policy, state);
  const scored = scoresFor(policy);
  return (batch, see) => decide(scored(batch), see);
}

/** Applies the policy's calibrator. Rows of other classes are left to whoever decides, who refuses them. */
function scoresFor({ calibrator, classes }: Policy): (batch: Batch) => Batch {
  if (!calibrator) return (batch) => batch;
  const calibrate = calibratorRunner(calibrator, classes);
  return (batch) => (batch.classes === classes.length ? calibrate(batch) : batch);
}
