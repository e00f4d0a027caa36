import { calibratorRunner } from "../calibrate/index.js";
import type { Batch, Decision, Policy, PolicyState } from "../core/index.js";
import { decider } from "../decide/index.js";

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
  const { calibrator } = policy;
  if (!calibrator) return decide;
  const calibrate = calibratorRunner(calibrator, policy.classes);
  return (batch) => {
    if (batch.classes !== policy.classes.length) return decide(batch);
    return decide(calibrate(batch));
  };
}
