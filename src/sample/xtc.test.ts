import { xtc } from "logits/sample";
import { describe, expect, it } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

const row = [0.4, 0.3, 0.2, 0.1];
const always = { dice: () => 0 };
const half = { dice: () => 0.5 };
const on = { xtcProbability: 1, xtcThreshold: 0.2 };
const kept = [0, 0, 0.2 / 0.3, 0.1 / 0.3];

describe("xtc", () => {
  probabilityTable(xtc, [
    ["at chance 0 changes nothing and throws no dice", row, { xtcProbability: 0 }, row],
    ["removes all top choices but the least probable", row, { ...on, xtcThreshold: 0.15 }, kept, always],
    ["removes nothing where one token reaches the threshold", row, { ...on, xtcThreshold: 0.35 }, row, always],
    ["removes nothing where none does", row, { ...on, xtcThreshold: 0.5 }, row, always],
    ["acts where u equals the chance", row, { xtcProbability: 0.5, xtcThreshold: 0.15 }, kept, half],
    ["with roll < does not", row, { xtcProbability: 0.5, xtcThreshold: 0.15, roll: "<" }, row, half],
    ["does not act where u is above the chance", row, { xtcProbability: 0.49, xtcThreshold: 0.15 }, row, half],
    ["counts a token exactly at the threshold", [0.5, 0.25, 0.25], { ...on, xtcThreshold: 0.25 }, [0, 0, 1], always],
    [
      "with boundary drop does not",
      [0.5, 0.25, 0.25],
      { ...on, xtcThreshold: 0.25, boundary: "drop" },
      [0.5, 0.25, 0.25],
      always,
    ],
    ["keeps the highest id of equals at the end", [0.4, 0.3, 0.3], { ...on, xtcThreshold: 0.25 }, [0, 0, 1], always],
    [
      "with ties keep keeps them all",
      [0.4, 0.3, 0.3],
      { ...on, xtcThreshold: 0.25, ties: "keep" },
      [0, 0.5, 0.5],
      always,
    ],
    [
      "with spare keeps a protected token",
      row,
      { ...on, xtcThreshold: 0.15, xtcProtect: "0" },
      [0.4 / 0.7, 0, 0.2 / 0.7, 0.1 / 0.7],
      always,
    ],
    [
      "with skip removes nothing where a protected token would go",
      row,
      { ...on, xtcThreshold: 0.15, xtcProtect: "0", xtcProtection: "skip" },
      row,
      always,
    ],
    [
      "with skip goes on where the protected token is the one that stays",
      row,
      { ...on, xtcThreshold: 0.15, xtcProtect: "2", xtcProtection: "skip" },
      kept,
      always,
    ],
    [
      "with ignore counts protected tokens out",
      row,
      { ...on, xtcThreshold: 0.15, xtcProtect: "2", xtcProtection: "ignore" },
      [0, 0.3 / 0.6, 0.2 / 0.6, 0.1 / 0.6],
      always,
    ],
    [
      "with roll expected is the mean over the dice: excluded ½, others ½ + ½·1/0.3",
      row,
      { xtcProbability: 0.5, xtcThreshold: 0.15, roll: "expected" },
      [0.2, 0.15, 0.2 * (0.5 + 0.5 / 0.3), 0.1 * (0.5 + 0.5 / 0.3)],
    ],
    ["with roll expected at chance 1 removes", row, { xtcProbability: 1, xtcThreshold: 0.15, roll: "expected" }, kept],
    ["leaves the only token", [1], on, [1], always],
    ["leaves one of a uniform row", [0.25, 0.25, 0.25, 0.25], on, [0, 0, 0, 1], always],
  ]);

  refusals(xtc, [
    [{ xtcProbability: 1.5 }, "Cannot run xtc: xtcProbability must be a number in [0, 1], got 1.5"],
    [{ xtcProbability: 0.5 }, "Cannot run this sampler: it needs chance, so its context must have dice, got none"],
    [
      { xtcProbability: 0.5, xtcProtect: "a" },
      'Cannot sample: xtcProtect must name tokens by ids ≥ 0, got "a"',
      { dice: () => 0 },
    ],
  ]);

  it("with roll expected stays finite where the other tokens have no mass", () => {
    const mixed = xtc.apply(Float64Array.of(0, -0.1, -900), { xtcProbability: 0.5, xtcThreshold: 0, roll: "expected" });
    expect([...mixed].every(Number.isFinite)).toBe(true);
    // Half of all, on the one token that stays.
    const mass = Math.log(mixed.reduce((sum, score) => sum + Math.exp(score), 0));
    expect(mixed[2]! - mass).toBeCloseTo(Math.log(0.5), 12);
  });

  it("throws the dice of its place in the chain", () => {
    const places: number[] = [];
    const context = { dice: (place: number) => (places.push(place), 0), history: [], promptLength: 0, state: {} };
    xtc.change(Float64Array.of(1, 1), { ...on, roll: "<=", xtcProtect: "" }, context, 7);
    expect(places).toEqual([7]);
  });
});
