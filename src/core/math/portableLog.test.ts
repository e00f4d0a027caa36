import { describe, expect, it } from "vitest";
import { uniform } from "../rng.js";
import { portableLog } from "./portableLog.js";

const ulp = (x: number): number => 2 ** Math.max(-1074, Math.floor(Math.log2(Math.abs(x))) - 52);

describe("portableLog", () => {
  it.each([
    [1, 0, "ln 1 is exactly 0"],
    [2, Math.LN2, "a power of two has no fraction"],
    [Math.E, 1, "e"],
    [2 ** -52, -36.04365338911715, "the smallest u of a Gumbel draw"],
    [1 - 2 ** -53, -1.1102230246251565e-16, "just below 1 keeps its digits"],
    [5e-324, -744.4400719213812, "the smallest number there is"],
    [Number.MAX_VALUE, 709.782712893384, "the largest"],
    [Math.SQRT2, 0.34657359027997264, "where the scaling turns"],
  ])("ln %s = %s: %s", (x, expected) => {
    expect(Math.abs(portableLog(x) - expected)).toBeLessThanOrEqual(ulp(expected || 1e-300));
  });

  it("is within 1 ulp of Math.log over all scales", () => {
    for (let i = 0; i < 100_000; i++) {
      const x = 2 ** (2000 * uniform(1, "simulation", i) - 1000);
      expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(ulp(Math.log(x)));
    }
  });
});
