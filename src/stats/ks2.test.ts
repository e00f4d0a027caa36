import { describe, expect, it } from "vitest";
import { kolmogorovSmirnov } from "./ks2.js";

describe("kolmogorovSmirnov", () => {
  it.each([
    ["the same sample", [1, 2, 3], [1, 2, 3], 0, 1],
    ["no overlap", [1, 2, 3], [4, 5, 6], 1, 0.0996],
    ["shifted by one of four", [1, 2, 3, 4], [2, 3, 4, 5], 0.25, 1],
    ["ties across the samples", [1, 1, 1, 2], [1, 2, 2, 2], 0.5, 0.699],
  ])("%s", (_, a, b, statistic, p) => {
    const test = kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b));
    expect(test.statistic).toBeCloseTo(statistic, 12);
    expect(test.p).toBeCloseTo(p, 3);
  });

  it("two halves of one sequence are not told apart, a shifted one is", () => {
    const wave = (shift: number): Float64Array =>
      Float64Array.from({ length: 2000 }, (_, i) => ((i * 0.618034) % 1) + shift);
    expect(kolmogorovSmirnov(wave(0), wave(0.001)).p).toBeGreaterThan(0.5);
    expect(kolmogorovSmirnov(wave(0), wave(0.1)).p).toBeLessThan(1e-6);
  });
});
