import { type Batch, conform, predictSets, setOf } from "logits";
import { describe, expect, it } from "vitest";
import { hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import { fitCalibrator } from "../calibrate/index.js";
import { predictSets as calibratedSets } from "../conform/index.js";
import { applyCalibrator } from "../calibrate/index.js";
import { uniform } from "../core/index.js";
import { sourceOf } from "./collect.js";
import { conformSource } from "./conform.js";

/** 12 classes; labels drawn from softmax(z/3) of which many are near the top. */
function rowsOf(rows: number, seed: number): Batch {
  const classes = 12;
  const values = new Float64Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const weights = Array.from({ length: classes }, (_, k) => {
      const z = 6 * uniform(seed, "simulation", row, k) ** 2 + (k === row % classes ? 3 : 0);
      values[row * classes + k] = 3 * z;
      return Math.exp(z);
    });
    let u = uniform(seed, "simulation", row, 99) * weights.reduce((a, b) => a + b, 0);
    while (labels[row]! < classes - 1 && (u -= weights[labels[row]!]!) >= 0) labels[row]!++;
  }
  return { kind: "logits", values, rows, classes, labels };
}

describe("conform of the main entry", () => {
  const batch = rowsOf(1500, 1);
  const { calibrator } = fitCalibrator(batch);

  it("keeps the calibrator, and predictSets applies it", async () => {
    const document = await conform(batch, { score: "lac", calibrator });
    expect(document.calibrator).toEqual({ method: "temperature", params: calibrator.params });
    const rows = rowsOf(300, 2);
    const sets = predictSets(rows, JSON.parse(JSON.stringify(document)));
    expect(sets).toEqual(calibratedSets(applyCalibrator(rows, calibrator), document, { calibrated: true }));
    expect(() => calibratedSets(rows, document)).toThrow("the rows must have been calibrated");
    const covered = Array.from(rows.labels!).filter((label, row) => setOf(sets, row).includes(label)).length;
    expect(covered / 300).toBeGreaterThan(0.84);
  });

  it("refuses a promise that cannot be made", async () => {
    const wanted = { risk: "largeOrMiss", riskParams: { maxSize: 1 }, control: "ltt", alpha: 0.01 } as const;
    await expect(conform(batch, wanted)).rejects.toThrow(
      "Cannot make prediction sets: No threshold keeps largeOrMiss at most 0.01",
    );
  });
});

describe("what a fit says of a calibrator", () => {
  it("sizes with and without it, for adaptive scores only", async () => {
    const batch = rowsOf(1500, 1);
    const { calibrator } = fitCalibrator(batch);
    const { calibrated, eval: measured } = await conformSource(sourceOf(batch), { score: "aps", calibrator });
    expect(calibrated!.meanSize).toBe(measured!.meanSize);
    const alone = await conformSource(sourceOf(batch), { score: "aps" });
    expect(calibrated!.without).toBe(alone.eval!.meanSize);
    expect((await conformSource(sourceOf(batch), { score: "lac", calibrator })).calibrated).toBeUndefined();
  });

  it.each([
    ["larger", 20, true],
    ["the same", 1, false],
  ])("a temperature that makes sets %s (%d): a warning is %s", async (_, temperature, warned) => {
    const batch = rowsOf(1500, 1);
    // In three of four rows the truth is far ahead; in the others no class is. Heat makes them alike, and all need sets of many classes.
    for (let row = 0; row < 1500; row++)
      for (let k = 0; k < 12; k++)
        batch.values[12 * row + k] =
          (k === batch.labels![row] && row % 4 > 0 ? 4 : 0) + 0.01 * uniform(7, "simulation", row, k);
    const calibrator = { kind: "calibrator", version: 1, method: "temperature", params: { temperature } } as const;
    const { calibrated, warnings } = await conformSource(sourceOf(batch), { score: "aps", calibrator });
    expect(calibrated!.meanSize > 1.05 * calibrated!.without).toBe(warned);
    expect(warnings.some((warning) => warning.startsWith("temperature makes these adaptive sets larger"))).toBe(warned);
  });

  it.skipIf(!hasSharedData)("on CIFAR-100 (needs ../shared/data) temperature scaling makes APS larger", async () => {
    const batch = plainNpz("cifar100-wideresnet.probs.npz");
    const { calibrator } = fitCalibrator(batch);
    const { warnings } = await conformSource(sourceOf(batch), { score: "aps", calibrator });
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /^temperature makes these adaptive sets larger: 9\.\d+ classes on average, 8\.\d+ without it/,
      ),
    );
  });
});
