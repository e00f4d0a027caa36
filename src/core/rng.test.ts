import { describe, expect, it } from "vitest";
import { bootstrapWeights, philox, shuffled, uniform } from "./rng.js";

const hex = (words: Uint32Array): string => [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("philox", () => {
  // Known answers of the Random123 library (kat_vectors, philox4x32 10).
  it.each([
    ["zeros", [0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [
      "ones",
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ],
    [
      "digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("gives the published words for %s", (_, counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(counter, key, out);
    expect(hex(out)).toBe(expected);
  });
});

describe("bootstrapWeights", () => {
  it("do not depend on how the rows are divided", () => {
    const make = (rows: number): Float64Array[] => Array.from({ length: 4 }, () => new Float64Array(rows));
    const whole = make(100);
    bootstrapWeights(7, 3, 0, 100, whole);
    const part = make(40);
    bootstrapWeights(7, 3, 60, 40, part);
    expect(part[2]).toEqual(whole[2]!.subarray(60));
  });

  it("have mean 1 and variance 1", () => {
    const n = 50_000;
    const out = Array.from({ length: 4 }, () => new Float64Array(n));
    bootstrapWeights(1, 0, 0, n, out);
    const mean = out[0]!.reduce((sum, w) => sum + w, 0) / n;
    const variance = out[0]!.reduce((sum, w) => sum + (w - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 1)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });
});

describe("uniform and shuffled", () => {
  it("uniform keys separate seeds, purposes and counters", () => {
    const values = [
      uniform(1, "sample", 5),
      uniform(2, "sample", 5),
      uniform(1, "folds", 5),
      uniform(1, "sample", 6),
      uniform(1, "sample", 5, 1),
    ];
    expect(new Set(values).size).toBe(5);
    expect(uniform(1, "sample", 5)).toBe(values[0]);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it("shuffled holds every index once", () => {
    expect([...shuffled(1000, 9)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});
