import { formatPercent, formatPoints } from "logits/triage";
import { describe, expect, it } from "vitest";

describe("formatPercent", () => {
  it.each<[p: number, text: string, why: string]>([
    [0.5054, "50.5 %", "one decimal in the middle"],
    [0.99, "99.0 %", "up to 99 %"],
    [0.99877, "99.877 %", "then three digits of what is missing"],
    [0.9998, "99.98 %", "without the zeros that say nothing"],
    [0.99, "99.0 %", "but with one decimal"],
    [0.999999, "99.9999 %", "as far as a person reads"],
    [0.9999999, "> 99.9999 %", "and not further"],
    [0.0123, "1.2 %", "one decimal again"],
    [0.00123, "0.123 %", "three digits of what is small"],
    [1e-4, "0.01 %", "down to 0.01 %"],
    [0.99e-4, "1 in 10,101", "then as odds"],
    [1.3e-7, "1 in 7.7 M", "in millions"],
    [1e-6, "1 in 1.0 M", "from the first million on"],
    [2e-10, "1 in 5.0 B", "in billions"],
    [1.0000001e-9, "1 in 1.0 B", "never 1000.0 M"],
    [5e-13, "1 in 2.0 T", "in trillions"],
    [4e-18, "1 in 2.5e17", "and beyond"],
    [1, "100 %", "certainty is exactly 1"],
    [0, "0 %", "impossibility exactly 0"],
  ])("%d is %s (%s)", (p, text) => expect(formatPercent(p)).toBe(text));

  it("knows that a probability that rounds to 1 is not 1, when told what is missing", () => {
    expect(formatPercent(1, 4e-18)).toBe("> 99.9999 %");
  });

  it("never rounds to certainty on the way", () => {
    for (let x = 1; x < 36; x += 0.01) {
      const p = 1 / (1 + Math.exp(-x));
      if (p < 1) expect(formatPercent(p)).not.toMatch(/^100/);
      expect(formatPercent(1 - p)).not.toMatch(/^0(\.0*)? %/);
    }
  });
});

describe("formatPoints", () => {
  it.each([
    [0.0561, "5.6 points"],
    [0.1, "10 points"],
    [0.000413, "0.041 points"],
    [0, "0 points"],
  ])("%d is %s", (difference, text) => expect(formatPoints(difference)).toBe(text));
});
