import { applyCalibrator } from "logits/calibrate";
import { triage } from "logits/triage";
import { describe, expect, it } from "vitest";
import { goldens, hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import type { Batch } from "../core/index.js";

const batch = (rows: number[][], labels?: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  classes: rows[0]!.length,
  ...(labels ? { labels: Int32Array.from(labels) } : {}),
});

describe("triage", () => {
  it("names each row by what is wrong with it, strongest first", () => {
    const scores = batch(
      [
        [5, 0, 0],
        [9, 0, 0],
        [1, 1.05, -2],
        [0, 4, 0],
        [4, 0, 0],
        [0, 0, 4],
      ],
      [1, 1, 0, 1, 0, 2],
    );
    const { counts, items } = triage(scores);
    expect(counts).toMatchObject({ errors: 3, torn: 1, tornErrors: 1, confidentlyWrong: 2 });
    expect(items.filter(({ verdict }) => verdict === "confidentlyWrong").map(({ row }) => row)).toEqual([1, 0]);
    expect(items.find(({ verdict }) => verdict === "torn")).toMatchObject({ row: 2, predicted: "1", label: "0" });
    const suspect = items.find(({ verdict }) => verdict === "mislabelled")!;
    expect(suspect.evidence).toMatchObject({ suggested: "0" });
  });

  it("without labels it finds only what needs none", () => {
    const { counts, items } = triage(
      batch([
        [1, 1.01],
        [3, 0],
      ]),
    );
    expect(counts).toMatchObject({ errors: 0, torn: 1, confidentlyWrong: 0, mislabelled: 0 });
    expect(items.every(({ label }) => label === undefined)).toBe(true);
  });

  it("ids and slices travel along", () => {
    const scores: Batch = {
      ...batch([
        [1, 1.01],
        [3, 0],
      ]),
      ids: ["a", "b"],
      slices: { month: ["may", "june"] },
    };
    expect(triage(scores).items[0]).toMatchObject({ id: "a", slices: { month: "may" } });
  });

  it("probabilities have no log-sum-exp: nothing is unusual about them", () => {
    const probs: Batch = { kind: "probs", values: Float64Array.of(0.9, 0.1, 0.2, 0.8), rows: 2, classes: 2 };
    expect(triage(probs, probs, { unusual: 1 }).counts.unusual).toBe(0);
  });

  it("an outlier in logit space is unusual", () => {
    const rows = Array.from({ length: 200 }, (_, i) => [4 + Math.sin(i), Math.cos(i), Math.sin(2 * i)]);
    rows[77] = [-9, -10, -12];
    const scores = batch(rows);
    const found = triage(scores, scores, { unusual: 0.006 }).items.filter(({ verdict }) => verdict === "unusual");
    expect(found.map(({ row }) => row)).toEqual([77]);
  });

  it.skipIf(!hasSharedData)(
    "ResNet-110 after temperature scaling has the published counts (skipped where the shared data are not at hand)",
    () => {
      const test = plainNpz("cifar10-resnet110.test.npz");
      const calibrated = applyCalibrator(test, {
        method: "temperature",
        params: { temperature: goldens()["cifar10-resnet110"].T_star },
      });
      expect(triage(calibrated, test).counts).toMatchObject({
        errors: 644,
        torn: 131,
        tornErrors: 75,
        confidentlyWrong: 148,
      });
    },
  );
});
