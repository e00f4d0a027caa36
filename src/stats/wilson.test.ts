import { describe, expect, it } from "vitest";
import { wilson } from "./wilson.js";

describe("wilson", () => {
  // scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
  it.each([
    [5, 10, 0.236593090512564, 0.763406909487436],
    [0, 10, 0, 0.2775327998628892],
    [10, 10, 0.7224672001371107, 1],
    [9356, 10000, 0.9306197380244449, 0.9402457225950217],
  ])("%i of %i", (successes, n, low, high) => {
    const [a, b] = wilson(successes, n);
    expect(a).toBeCloseTo(low, 6);
    expect(b).toBeCloseTo(high, 6);
  });

  it("knows nothing without rows", () => expect(wilson(0, 0)).toEqual([0, 1]));
});
