import { expect, it } from "vitest";
import type { Batch, Logits } from "../core/index.js";
import { exchangeabilityWarning } from "./exchangeable.js";

/** Rows of two classes whose first is the winner. */
const rows = (labels: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.from(labels.flatMap((_, i) => [1 + i / labels.length, 0])) as Logits,
  rows: labels.length,
  classes: 2,
  labels: Int32Array.from(labels),
});
const all = (label: number): number[] => new Array<number>(20).fill(label);

it.each([0, 1])("does not warn where every row of both is labelled %s", (label) => {
  expect(exchangeabilityWarning(rows(all(label)), rows(all(label)))).toBeUndefined();
});

it("warns where one is right and the other is not", () => {
  expect(exchangeabilityWarning(rows(all(0)), rows(all(1)))).toMatch(
    /^Fit and evaluation rows differ: accuracy is 100\.0 % on one and 0\.0 % on the other \(z 6\.3\)\./,
  );
});
