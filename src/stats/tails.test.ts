import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";
import { binomialTail } from "./binomialTail.js";
import { normalTail } from "./normal.js";

interface Tails {
  normalTail: [z: number, p: number][];
  binomialTail: [k: number, n: number, p: number, tail: number][];
}
const tails = golden<Tails>("guide");

describe("normalTail", () => {
  it.each(tails.normalTail)("P(Z ≥ %s) is scipy's", (z, expected) => {
    expect(Math.abs(normalTail(z) / expected - 1)).toBeLessThan(1e-12);
  });

  it("is 0 where it underflows, ½ at 0 and adds to 1", () => {
    expect(normalTail(40)).toBe(0);
    expect(normalTail(0)).toBe(0.5);
    expect(normalTail(-1.5) + normalTail(1.5)).toBe(1);
    expect(normalTail(NaN)).toBeNaN();
  });
});

describe("binomialTail", () => {
  it.each(tails.binomialTail)("P(X ≥ %s) of %s trials of %s is the sum in 60 digits", (k, n, p, expected) => {
    expect(Math.abs(binomialTail(k, n, p) / expected - 1)).toBeLessThan(1e-11);
  });

  it("is (1/2)³ for three heads of three, 1 from 0 on and 0 beyond n", () => {
    expect(binomialTail(3, 3, 0.5)).toBeCloseTo(0.125, 15);
    expect(binomialTail(0, 3, 0.5)).toBe(1);
    expect(binomialTail(4, 3, 0.5)).toBe(0);
  });
});
