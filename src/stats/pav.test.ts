import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pooledAdjacentViolators } from "./pav.js";

const levels = (values: number[], weights?: number[]): number[] => {
  const { end, mean } = pooledAdjacentViolators(values, weights);
  return values.map((_, i) => mean[end.findIndex((last) => i < last)]!);
};

describe("pooledAdjacentViolators", () => {
  // scipy.optimize.isotonic_regression([...]).x
  it.each([
    ["a rising row stays", [1, 2, 3], undefined, [1, 2, 3]],
    ["a falling row is its mean", [3, 2, 1], undefined, [2, 2, 2]],
    ["one violation pools two", [1, 3, 2, 4], undefined, [1, 2.5, 2.5, 4]],
    ["pooling may reach back", [1, 5, 4, 0, 6], undefined, [1, 3, 3, 3, 6]],
    ["weights pull", [1, 3, 2, 4], [1, 1, 3, 1], [1, 2.25, 2.25, 4]],
    ["equal neighbours are one block", [2, 2, 2], undefined, [2, 2, 2]],
    ["nothing gives nothing", [], undefined, []],
  ])("%s", (_, values, weights, expected) => expect(levels(values, weights)).toEqual(expected));

  it("is rising, keeps the mean, and does nothing a second time", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }), (values) => {
        const fitted = levels(values);
        for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeGreaterThanOrEqual(fitted[i - 1]!);
        const total = (list: number[]): number => list.reduce((sum, x) => sum + x, 0);
        expect(total(fitted)).toBeCloseTo(total(values), 6);
        levels(fitted).forEach((level, i) => expect(level).toBeCloseTo(fitted[i]!, 9));
      }),
    );
  });
});
