import { describe, expect, it } from "vitest";
import { uniform } from "../core/index.js";
import { kthSmallest } from "./kthSmallest.js";

const draws = (n: number, of: (u: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => of(uniform(1, "simulation", i)));

describe("kthSmallest is what sorting gives", () => {
  it.each<[string, Float64Array]>([
    ["one", Float64Array.of(4)],
    ["few", draws(100, (u) => u)],
    ["many", draws(20_000, (u) => u)],
    ["many within little, and one far off", draws(20_000, (u) => (u > 0.9999 ? 1e12 : 1 + 1e-9 * u))],
    ["ties", draws(20_000, (u) => Math.floor(3 * u))],
    ["all the same", draws(20_000, () => 0.1)],
    ["infinities", draws(20_000, (u) => (u < 0.1 ? -Infinity : u > 0.8 ? Infinity : u))],
    ["only infinities", draws(20_000, (u) => (u < 0.5 ? -Infinity : Infinity))],
    ["numbers as far apart as there are", draws(20_000, (u) => 1.7e308 * (2 * u - 1))],
    ["tails", draws(20_000, (u) => 10 ** (-300 * u))],
  ])("%s", (_, values) => {
    const before = values.slice();
    const sorted = values.slice().sort();
    const n = values.length;
    for (const k of new Set(
      [1, 2, Math.ceil(n / 10), Math.ceil(n / 2), Math.ceil(0.9 * n), n - 1, n].filter((at) => at >= 1),
    ))
      expect(kthSmallest(values, k)).toBe(sorted[k - 1]);
    expect(values).toEqual(before);
  });
});
