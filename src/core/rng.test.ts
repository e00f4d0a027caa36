import { describe, expect, it } from "vitest";
import { bootstrapWeights, normals, philox, shuffled, uniform, uniformRuns, uniformsTo } from "./rng.js";

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

it("runs of uniform numbers are those of one call after another", () => {
  const run = new Float64Array(400);
  uniformRuns(run, 9, "sets", 2 ** 32 - 50, 1);
  const four = new Float64Array(4);
  for (let quad = 0; quad < 100; quad++) {
    uniformsTo(four, 9, "sets", 2 ** 32 - 50 + quad, 1);
    expect([...run.subarray(4 * quad, 4 * quad + 4)]).toEqual([...four]);
  }
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

describe("normals", () => {
  it("have the moments of the standard normal law, and neighbours without correlation", () => {
    const n = 200_000;
    const x = normals(3, 1, 2, new Float64Array(n));
    const mean = (f: (value: number, i: number) => number): number => x.reduce((sum, v, i) => sum + f(v, i), 0) / n;
    // Bounds: five standard errors of each moment.
    const within = (value: number, expected: number, variance: number): void =>
      expect(Math.abs(value - expected)).toBeLessThan(5 * Math.sqrt(variance / n));
    within(
      mean((v) => v),
      0,
      1,
    );
    within(
      mean((v) => v ** 2),
      1,
      2,
    );
    within(
      mean((v) => v ** 3),
      0,
      15,
    );
    within(
      mean((v) => v ** 4),
      3,
      96,
    );
    for (const lag of [1, 2, 3, 4])
      within(
        mean((v, i) => v * (x[i + lag] ?? 0)),
        0,
        1,
      );
    within(
      mean((v) => (Math.abs(v) < 1 ? 1 : 0)),
      0.6826894921370859,
      0.2166,
    );
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 9])("a row of %d begins as a longer one does", (length) => {
    expect(normals(1, 5, 6, new Float64Array(length))).toEqual(normals(1, 5, 6, new Float64Array(32)).slice(0, length));
  });

  it("differ by seed and by either key", () => {
    const first = [normals(1, 5, 6, new Float64Array(1)), normals(2, 5, 6, new Float64Array(1))];
    first.push(normals(1, 6, 6, new Float64Array(1)), normals(1, 5, 7, new Float64Array(1)));
    expect(new Set(first.map(([value]) => value)).size).toBe(4);
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

  it.each([0, 1, 15, 17, 3000])("shuffled puts %i indices in the order of their uniform numbers", (n) => {
    const keys = Float64Array.from({ length: n }, (_, i) => uniform(9, "folds", i, 2 ** 33 + 5));
    const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
    expect([...shuffled(n, 9, "folds", 2 ** 33 + 5)]).toEqual(order);
  });

  it("shuffled holds every index once", () => {
    expect([...shuffled(1000, 9)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});
