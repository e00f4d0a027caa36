import { applyCalibrator, calibrators, fitCalibrator } from "logits/calibrate";
import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import { checkParams, predictions } from "../core/index.js";

function measured(
  method: string,
  params = {},
): { error: number; nll: number; ece: number; mce: number; flips: number } {
  const val = plainNpz("cifar10-resnet110.val.npz");
  const test = plainNpz("cifar10-resnet110.test.npz");
  const rows = predictions(applyCalibrator(test, fitCalibrator(val, { method, params }).calibrator));
  const raw = predictions(test);
  const value = (name: string): number => {
    const metric = metrics.find((candidate) => candidate.name === name)!;
    const state = metric.init(checkParams(metric), { classes: 10 });
    metric.add(state, rows);
    return metric.value(state);
  };
  let flips = 0;
  rows.predicted.forEach((k, row) => (flips += k === raw.predicted[row] ? 0 : 1));
  return { error: 1 - value("accuracy"), nll: value("nll"), ece: value("ece"), mce: value("mce"), flips };
}

describe.skipIf(!hasSharedData)(
  "fitted on val, measured on test, ResNet-110 on CIFAR-10 (skipped where the shared data are not at hand)",
  () => {
    it("isotonic has the published error and NLL", () => {
      const { error, nll } = measured("isotonic");
      expect(error).toBeCloseTo(0.0636, 10);
      expect(Math.abs(nll - 0.270758)).toBeLessThan(5e-4);
    });

    it("isotonic with scikit-learn's out-of-bounds rule has scikit-learn's error", () => {
      expect(measured("isotonic", { outOfBounds: "sklearn" }).error).toBeCloseTo(0.435, 2);
    });

    it("histogram binning has the published error, ECE and MCE", () => {
      const { error, ece, mce } = measured("histogram");
      expect(error).toBeCloseTo(0.0659, 10);
      expect(Math.abs(ece - 0.012508)).toBeLessThan(1e-5);
      expect(Math.abs(mce - 0.444502)).toBeLessThan(1e-5);
    });

    it.each([
      ["uniformMixture", 0.2093073, 1e-5],
      ["vectorScaling", 0.2068214, 5e-4],
    ])("%s has the NLL of probmetrics", (method, nll, tolerance) => {
      expect(Math.abs(measured(method).nll - nll)).toBeLessThan(tolerance);
    });

    it("beta is at least as good as published", () => expect(measured("beta").nll).toBeLessThanOrEqual(0.2105));

    it.each(calibrators.filter(({ keepsWinner }) => keepsWinner).map(({ name }) => name))(
      "%s keeps every winner",
      (method) => {
        expect(measured(method).flips).toBe(0);
      },
    );
  },
);
