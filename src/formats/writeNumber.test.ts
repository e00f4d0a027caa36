import { assert, constant, float, oneof, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { numberText } from "./writeNumber.js";

describe("numberText", () => {
  it.each([
    [0.1, "0.1"],
    [1 / 3, "0.33333334"],
    [16777216, "16777216"],
    [1e20, "1e+20"],
    [1.17549435e-38, "1.1754944e-38"],
    [-0, "-0"],
    [-Infinity, "-Infinity"],
  ])("writes the f32 nearest to %d as %s", (value, text) => {
    expect(numberText(new Float32Array(1))(Math.fround(value))).toBe(text);
  });

  it("reads back as the same number, in f32 and f64", () => {
    assert(
      property(oneof(float({ noNaN: true }), constant(-0)), (value) => {
        const text = numberText(new Float32Array(1))(value);
        expect(Math.fround(Number(text))).toBe(value);
        expect(Number(numberText(new Float64Array(1))(value / 3))).toBe(value / 3);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
