import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { goldens, hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import { applyCalibrator } from "logits/calibrate";
import { type Batch, checkParams, predictions } from "../core/index.js";
import { type CompatName, compats } from "./compat.js";

function measure(batch: Batch, name: string, compat?: CompatName): number {
  const metric = metrics.find((candidate) => candidate.name === name)!;
  const state = metric.init(checkParams(metric, compat ? (compats[compat].metrics[name] ?? {}) : {}), {
    classes: batch.classes,
  });
  metric.add(state, predictions(batch));
  return metric.value(state);
}

// Ten rows of confidence exactly 1, one of them wrong, and ten of .95, all right: one bin of 15, or two.
const saturated: Batch = {
  kind: "probs",
  values: Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? [1, 0] : [0.95, 0.05])[i % 2]!),
  rows: 20,
  classes: 2,
  labels: Int32Array.from({ length: 20 }, (_, row) => (row === 3 ? 1 : 0)),
};

describe("compatibility modes", () => {
  // torchmetrics 1.9: multiclass_calibration_error(p, y, num_classes=2, n_bins=15) on these 20 rows gives 0.075.
  it.each<[string, CompatName | undefined, number]>([
    ["one bin of 20 rows: |.975 − .95| by default", undefined, 0.025],
    ["torchmetrics: confidence 1 in its own bin, .5·|1 − .9| + .5·|.95 − 1|", "torchmetrics", 0.075],
    ["netcal: 10 bins, the last one closed", "netcal", 0.025],
    ["mapie: 50 bins, .95 and 1 apart", "mapie", 0.075],
    ["kull2019: digitize leaves 1 alone", "kull2019", 0.075],
  ])("%s", (_, compat, expected) =>
    expect(measure({ ...saturated, floor: 1e-15 }, "ece", compat)).toBeCloseTo(expected, 12),
  );

  it("sklearn's Brier score is half of the sum", () => {
    expect(measure(saturated, "brier", "sklearn")).toBeCloseTo(measure(saturated, "brier") / 2, 15);
  });

  it("every override is a parameter that its metric takes", () => {
    for (const { metrics: overrides } of Object.values(compats)) {
      for (const [name, params] of Object.entries(overrides)) {
        expect(() => checkParams(metrics.find((metric) => metric.name === name)!, params)).not.toThrow();
      }
    }
  });

  it.skipIf(!hasSharedData)(
    "kull2019 gives the published class-wise ECE (skipped where the shared data are not at hand)",
    () => {
      const test = plainNpz("cifar10-resnet110.test.npz");
      const temperature = goldens()["cifar10-resnet110"].T_star;
      expect(measure(test, "classwiseEce", "kull2019")).toBeCloseTo(0.098456, 6);
      expect(
        measure(applyCalibrator(test, { method: "temperature", params: { temperature } }), "classwiseEce", "kull2019"),
      ).toBeCloseTo(0.043437, 6);
    },
  );
});
