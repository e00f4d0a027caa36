import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { uniform } from "../rng.js";
import { portableExp } from "./portableExp.js";

const golden = JSON.parse(readFileSync(new URL("../../../test/golden/portable_exp.json", import.meta.url), "utf8")) as [
  number,
  number,
  number,
][];

const number = new Float64Array(1);
const bits = new BigInt64Array(number.buffer);

/** The double `steps` after x ≤ 0, towards −∞. */
function below(x: number, steps = 1): number {
  number[0] = -Math.abs(x);
  bits[0]! += BigInt(steps);
  return number[0];
}

/** Distance to the next larger number of the same size. */
function ulp(x: number): number {
  number[0] = x;
  bits[0]! += 1n;
  return number[0] - x;
}

describe("portableExp", () => {
  it("is off by less than one ulp of what mpmath gives", () => {
    let worst = 0;
    for (const [x, near, off] of golden) worst = Math.max(worst, Math.abs((portableExp(x) - near) / ulp(near) - off));
    expect(golden.length).toBeGreaterThan(1000);
    expect(worst).toBeLessThan(1);
  });

  it.each([
    [0, 1],
    [-0, 1],
    [-1e-17, 1],
    [-746, 0],
    [-1e300, 0],
    [-Infinity, 0],
  ])("of %f is %f", (x, value) => expect(portableExp(x)).toBe(value));

  it("never falls as x rises: from one double to the next where the power of two changes", () => {
    const falls: number[] = [];
    for (let k = 0; k < 1075; k++) {
      const middle = -(k + 0.5) * Math.LN2;
      if (middle < -745.13) break;
      for (let steps = -60; steps < 60; steps++) {
        const x = below(middle, steps);
        if (portableExp(below(x)) > portableExp(x)) falls.push(x);
      }
    }
    expect(falls).toEqual([]);
  });

  it("never falls as x rises: between neighbours anywhere", () => {
    const falls: number[] = [];
    for (let i = 0; i < 300_000; i++) {
      const x = -745 * uniform(1, "simulation", i) ** (1 + (i % 4) * 3);
      if (portableExp(below(x)) > portableExp(x)) falls.push(x);
    }
    expect(falls).toEqual([]);
  });
});
