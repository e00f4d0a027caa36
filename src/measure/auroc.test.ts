import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { type Batch, predictions } from "../core/index.js";

/** Rows of three classes that say the first with this much more than the others. */
const sure = (gaps: number[], labels: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.from(gaps.flatMap((gap) => [gap, 0, 0])),
  rows: gaps.length,
  classes: 3,
  labels: Int32Array.from(labels),
});

function ofFirstClass(name: string, batch: Batch): number {
  const metric = metrics.find((candidate) => candidate.name === name)!;
  const state = metric.init({}, { classes: 3 });
  metric.add(state, predictions(batch));
  return metric.perClass!(state)[0]!;
}

describe("ranks one class against the rest", () => {
  // Three right rows and two wrong ones; above a gap of 37 every probability is 1.
  it.each<[string, number[], number[], number]>([
    ["by probability", [5, 4, 3, 2, 1], [0, 0, 1, 0, 1], 5 / 6],
    ["by log-odds where all probabilities round to 1", [90, 80, 70, 60, 50], [0, 0, 1, 0, 1], 5 / 6],
    ["across the point where they begin to", [90, 40, 30, 2, 1], [0, 0, 1, 0, 1], 5 / 6],
    ["also where exp of the gap is 0", [9000, 8000, 7000, 6000, 5000], [0, 0, 1, 0, 1], 5 / 6],
    ["from below 1/2 to above it", [2, 1, 0.5, 0.2, 0], [0, 0, 1, 0, 1], 5 / 6],
    ["and equal gaps tie", [90, 90, 90, 90, 50], [0, 0, 1, 0, 1], 4.5 / 6],
  ])("%s", (_, gaps, labels, expected) => {
    expect(ofFirstClass("auroc", sure(gaps, labels))).toBeCloseTo(expected, 12);
  });

  it("average precision does the same", () => {
    const batch = sure([90, 80, 70, 60, 50], [0, 0, 1, 0, 1]);
    expect(ofFirstClass("averagePrecision", batch)).toBeCloseTo((1 + 1 + 3 / 4) / 3, 12);
  });
});
