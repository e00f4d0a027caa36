import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";
import { betaQuantile, betaTail } from "./beta.js";
import { binomialLowerTail, binomialTail } from "./binomialTail.js";
import { clopperPearson, clopperPearsonLower, clopperPearsonUpper } from "./clopperPearson.js";

interface Laws {
  beta: [x: number, a: number, b: number, lower: number, upper: number][];
  quantile: [p: number, a: number, b: number, x: number, upper: number][];
  interval: [k: number, n: number, level: number, low: number, high: number, least: number, most: number][];
}
const laws = golden<Laws>("binomial");
const relative = (got: number, expected: number): number =>
  expected === 0 ? Math.abs(got) : Math.abs(got / expected - 1);

describe("betaTail", () => {
  it.each(laws.beta)("both tails at %s of Beta(%s, %s) are the law's", (x, a, b, lower, upper) => {
    expect(relative(betaTail(x, a, b), lower)).toBeLessThan(1e-11);
    expect(relative(betaTail(1 - x, b, a, x), upper)).toBeLessThan(1e-11);
  });
});

describe("betaQuantile", () => {
  it.each(laws.quantile)("the quantile %s of Beta(%s, %s) is scipy's", (p, a, b, x, upper) => {
    expect(relative(betaQuantile(p, a, b), x)).toBeLessThan(1e-10);
    expect(relative(betaQuantile(p, a, b, true), upper)).toBeLessThan(1e-10);
  });
});

describe("clopperPearson", () => {
  it.each(laws.interval)("%s of %s at %s is scipy's exact interval", (k, n, level, low, high, least, most) => {
    const [lower, upper] = clopperPearson(k, n, level);
    expect(relative(lower, low)).toBeLessThan(1e-10);
    expect(relative(upper, high)).toBeLessThan(1e-10);
    expect(relative(clopperPearsonLower(k, n, level), least)).toBeLessThan(1e-10);
    expect(relative(clopperPearsonUpper(k, n, level), most)).toBeLessThan(1e-10);
  });

  it("needs 299 negatives to bound a rate by 1 % at 95 %", () => {
    expect(clopperPearsonUpper(0, 298)).toBeGreaterThan(0.01);
    expect(clopperPearsonUpper(0, 299)).toBeLessThan(0.01);
  });

  it("is all of [0, 1] without rows, and refuses what is no count", () => {
    expect(clopperPearson(0, 0)).toEqual([0, 1]);
    expect(() => clopperPearson(3, 2)).toThrow("0 ≤ k ≤ n, got 3 of 2");
    expect(() => clopperPearson(1, 2, 1)).toThrow("confidence must be a number in (0, 1), got 1");
  });
});

describe("binomial tails", () => {
  it("add to 1 with the mass between", () => {
    for (const [k, n, p] of [
      [3, 10, 0.2],
      [0, 7, 0.9],
      [500, 100_000, 0.005],
    ] as const)
      expect(binomialTail(k + 1, n, p) + binomialLowerTail(k, n, p)).toBeCloseTo(1, 12);
  });
});
