import { applyCalibrator, fitCalibrator } from "logits/calibrate";
import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { goldens, hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import { type Batch, checkParams, predictions } from "../core/index.js";

/** Golden name → our name, factor, tolerance. Computed in numpy and scipy, f64, from the same files. */
const names: [string, string, number, number][] = [
  ["accuracy", "accuracy", 1, 1e-12],
  ["nll_nats", "nll", 1, 1e-6],
  ["brier_sum", "brier", 1, 1e-6],
  ["ece15", "ece", 1, 1e-6],
  ["mce15", "mce", 1, 1e-6],
  ["ks", "ks", 1, 1e-6],
  ["aurc_logodds", "aurc", 1, 1e-6],
  ["e_aurc", "eAurc", 1, 1e-6],
  ["cw_ece15_sum", "classwiseEce", 10, 1e-6],
  // numpy cuts its tied confidences of exactly 1 in file order; here a tie is divided in proportion.
  ["ece_equal_mass15_array_split", "aceEqualMass", 1, 2e-5],
];

function measure(batch: Batch, name: string): number {
  const metric = metrics.find((candidate) => candidate.name === name)!;
  const state = metric.init(checkParams(metric, {}), { classes: batch.classes });
  metric.add(state, predictions(batch));
  return metric.value(state);
}

describe.skipIf(!hasSharedData)("ResNet-110 on CIFAR-10 (skipped where the shared data are not at hand)", () => {
  const golden = hasSharedData ? goldens()["cifar10-resnet110"] : undefined;
  const test = hasSharedData ? plainNpz("cifar10-resnet110.test.npz") : undefined!;
  const val = hasSharedData ? plainNpz("cifar10-resnet110.val.npz") : undefined!;

  it.each(names)("%s equals %s before calibration", (theirs, ours, factor, tolerance) => {
    expect(Math.abs(measure(test, ours) * factor - golden.test_uncal[theirs])).toBeLessThan(tolerance);
  });

  // The cosine series summed over 10,000 rows and 40,000 points in numpy; bandwidth by bisection.
  it("smooth ECE is the closed value before, and its fixed point after, temperature scaling", () => {
    expect(Math.abs(measure(test, "smoothEce") - 0.047503508)).toBeLessThan(1e-6);
    expect(
      Math.abs(measure(applyCalibrator(test, fitCalibrator(val).calibrator), "smoothEce") - 0.01170955),
    ).toBeLessThan(1e-6);
  });

  it("the temperature fitted on val is the f64 optimum", () => {
    const { calibrator } = fitCalibrator(val);
    expect(Math.abs((calibrator.params["temperature"] as number) / golden.T_star - 1)).toBeLessThan(1e-6);
  });

  it.each(names)("%s equals %s after temperature scaling", (theirs, ours, factor, tolerance) => {
    const calibrated = applyCalibrator(test, fitCalibrator(val).calibrator);
    expect(Math.abs(measure(calibrated, ours) * factor - golden.test_ts[theirs])).toBeLessThan(tolerance);
  });

  it.each([10, -10])("multiplying all logits by 2^%i scales the temperature along", (power) => {
    const scaled = { ...val, values: (val.values as Float32Array).map((z) => z * 2 ** power) };
    const { calibrator } = fitCalibrator(scaled);
    expect(Math.abs((calibrator.params["temperature"] as number) / golden.T_star / 2 ** power - 1)).toBeLessThan(1e-6);
  });
});
