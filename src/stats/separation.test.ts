import { describe, expect, it } from "vitest";
import { normals } from "../core/index.js";
import { rateAtFpr, separation } from "./separation.js";

const above = [3, 4, 5, 2.5, 7, 1];
const below = [1, 2, 3, 3, 0.5];

describe("separation", () => {
  it.each<[string, number[], number[], number]>([
    ["all above", [2, 3], [0, 1], 1],
    ["all below", [0, 1], [2, 3], 0],
    ["equal scores count half", [1, 1, 1], [1, 1], 0.5],
    ["pairs are counted", [3, 4, 5], [1, 2, 3], 8.5 / 9],
    ["infinite scores are the largest and smallest", [Infinity, 1], [-Infinity, 1, 0], 5.5 / 6],
    // sklearn 1.x: roc_auc_score
    ["sklearn's value", above, below, 0.7833333333333333],
  ])("%s", (_, high, low, expected) => {
    expect(separation(high, low).value).toBeCloseTo(expected, 14);
    expect(separation(low, high).value).toBeCloseTo(1 - expected, 14);
    expect(separation(high.toReversed(), low.toReversed())).toEqual(separation(high, low));
  });

  it("has an interval with a width at 1 and at 0, and none beyond", () => {
    const { value, ci } = separation(
      Array.from({ length: 300 }, () => 1),
      Array.from({ length: 300 }, () => 0),
    );
    expect([value, ci[1]]).toEqual([1, 1]);
    expect(ci[0]).toBeGreaterThan(0.97);
    expect(ci[0]).toBeLessThan(0.995);
    const [low, high] = separation([0, 0, 0], [1, 1, 1]).ci;
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(0.3);
  });

  it("has the bounds that scipy's brentq finds for the formula", () => {
    const { ci } = separation(above, below);
    expect(ci[0]).toBeCloseTo(0.4296414302394723, 12);
    expect(ci[1]).toBeCloseTo(0.9403659041902178, 12);
  });

  it("knows nothing of an empty sample", () => {
    expect(separation([], [1])).toEqual({ value: NaN, ci: [0, 1] });
    expect(separation([1], [])).toEqual({ value: NaN, ci: [0, 1] });
  });

  it.each([0, 1, 1.5, 2.5])("covers the truth in 95 %% of samples, normal laws %d apart", (apart) => {
    // Φ(apart/√2)
    const truth = { 0: 0.5, 1: 0.7602499389065233, 1.5: 0.8555778168267576, 2.5: 0.9614500641282292 }[apart]!;
    let covered = 0;
    const samples = 1000;
    for (let k = 0; k < samples; k++) {
      const x = normals(1, k, 10 * apart, new Float64Array(90));
      const { ci } = separation(
        x.subarray(0, 40).map((one) => one + apart),
        x.subarray(40),
      );
      if (ci[0] <= truth && truth <= ci[1]) covered++;
    }
    // Four standard errors of a share of 1,000 around .95, and as much again for a formula that is made for other laws.
    expect(covered / samples).toBeGreaterThan(0.92);
    expect(covered / samples).toBeLessThan(0.985);
  });
});

describe("rateAtFpr", () => {
  it.each<[string, number[], number[], number, number, number]>([
    ["one of three may be exceeded", [0.5, 3, 4], [0, 1, 2], 1 / 3, 2 / 3, 1],
    ["none may", [0.5, 3, 4], [0, 1, 3], 0, 1 / 3, 3],
    ["too few rows for a share: none may", [0.5, 2, 4], [0, 1, 3], 0.3, 1 / 3, 3],
    ["equal scores are not above", [1, 1, 2], [1, 1, 1], 0.34, 1 / 3, 1],
  ])("%s", (_, high, low, fpr, value, threshold) => {
    expect(rateAtFpr(high, low, fpr)).toMatchObject({ value, threshold });
  });

  it("never lets more benign rows pass than it says", () => {
    for (const fpr of [0.01, 0.05, 0.1]) {
      const low = normals(2, 0, 0, new Float64Array(300)).map((one) => Math.round(3 * one));
      const { threshold } = rateAtFpr([1], low, fpr);
      expect(low.filter((one) => one > threshold).length).toBeLessThanOrEqual(fpr * 300 + 1e-9);
      // And no lower threshold would do.
      expect(low.filter((one) => one > threshold - 1).length).toBeGreaterThan(fpr * 300);
    }
    expect(
      rateAtFpr(
        [1],
        Array.from({ length: 300 }, (_, i) => i),
        0.01,
      ).threshold,
    ).toBe(296);
  });

  it("knows nothing of an empty sample", () => {
    expect(rateAtFpr([], [1], 0.05)).toEqual({ value: NaN, ci: [0, 1], threshold: 1 });
    expect(rateAtFpr([1], [], 0.05)).toEqual({ value: NaN, ci: [0, 1], threshold: NaN });
  });
});
