import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";
import { sumExp } from "./sumExp.js";

describe("sums of exponentials", () => {
  it("one term is Math.exp to 7e-16, all the way down", () => {
    let worst = 0;
    for (let i = 0; i < 200_000; i++) {
      const x = -59.9 * uniform(1, "simulation", i) ** 2;
      worst = Math.max(worst, Math.abs(sumExp([x], 0, 1, 0) / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(7e-16);
  });

  it.each([0, 1, 3, 4, 5, 7, 8, 9, 1000])("%i terms are the plain sum", (n) => {
    const row = Float64Array.from({ length: n + 2 }, (_, k) => -20 * uniform(2, "simulation", k));
    const plain = row.subarray(1, n + 1).reduce((sum, z) => sum + Math.exp(z), 0);
    expect(Math.abs(sumExp(row, 1, n + 1, 0) - plain)).toBeLessThanOrEqual(1e-15 * plain);
  });

  it.each([
    [[-Infinity, 0], 0, 1],
    [[-Infinity, -Infinity], 0, 0],
    [[-800, 5], 5, 1],
    [[NaN, 0], 0, NaN],
    [[Infinity, 0], Infinity, NaN],
  ])("%o from %d: %d", (row, shift, expected) => {
    expect(sumExp(row, 0, 2, shift)).toBe(expected);
  });
});
