import { applyCalibrator } from "../calibrate/index.js";
import { type Batch, type Policy, toLogits } from "../core/index.js";

/** Rows as the policy's calibrator leaves them: their softmax is what the policy decides by. */
export function calibrated({ calibrator }: Policy, batch: Batch): Batch {
  return toLogits(calibrator ? applyCalibrator(batch, calibrator) : batch);
}
