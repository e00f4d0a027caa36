import { topKAccuracy } from "logits/measure";
import { describe, expect, it } from "vitest";
import { type Batch, checkParams, predictions } from "../core/index.js";

const value = (rows: number[][], labels: number[], k: number): number => {
  const batch: Batch = {
    kind: "logits",
    values: Float64Array.from(rows.flat()),
    rows: rows.length,
    classes: rows[0]!.length,
    labels: Int32Array.from(labels),
  };
  const state = topKAccuracy.init(checkParams(topKAccuracy, { k }), { classes: batch.classes });
  topKAccuracy.add(state, predictions(batch));
  return topKAccuracy.value(state);
};

describe("topKAccuracy", () => {
  it.each([
    [
      "k = 1 is accuracy",
      [
        [1, 2, 3],
        [3, 2, 1],
      ],
      [2, 1],
      1,
      1 / 2,
    ],
    [
      "the second best counts at k = 2",
      [
        [1, 2, 3],
        [3, 2, 1],
      ],
      [2, 1],
      2,
      1,
    ],
    ["of equal scores the lowest index is ahead", [[1, 1, 1]], [2], 2, 0],
    ["and is itself among them", [[1, 1, 1]], [1], 2, 1],
    ["k beyond the classes is always right", [[1, 2, 3]], [0], 9, 1],
  ])("%s", (_, rows, labels, k, expected) => expect(value(rows, labels, k)).toBe(expected));
});
