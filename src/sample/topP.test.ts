import { topP } from "logits/sample";
import { describe, expect, it } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

// Powers of two: their sums are exact, so that a boundary is one.
const halves = [1 / 8, 1 / 2, 1 / 8, 1 / 4];

describe("topP", () => {
  probabilityTable(topP, [
    ["0 keeps the most probable", [0.1, 0.2, 0.3, 0.4], { topP: 0 }, [0, 0, 0, 1]],
    [
      "keeps the smallest set that reaches P",
      [0.1, 0.2, 0.3, 0.4],
      { topP: 0.75 },
      [0, 0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9],
    ],
    ["keeps the token that crosses P", [0.1, 0.2, 0.3, 0.4], { topP: 0.45 }, [0, 0, 0.3 / 0.7, 0.4 / 0.7]],
    ["1 changes nothing", [0.1, 0.2, 0.3, 0.4], { topP: 1 }, [0.1, 0.2, 0.3, 0.4]],
    ["is satisfied with exactly P", halves, { topP: 0.5 }, [0, 1, 0, 0]],
    ["with equal keep takes the token after exactly P", halves, { topP: 0.5, equal: "keep" }, [0, 2 / 3, 0, 1 / 3]],
    ["with crossing drop leaves the crossing token out", halves, { topP: 0.7, crossing: "drop" }, [0, 1, 0, 0]],
    [
      "with crossing drop keeps a token that gives exactly P",
      halves,
      { topP: 0.75, crossing: "drop" },
      [0, 2 / 3, 0, 1 / 3],
    ],
    ["with crossing drop still keeps one token", halves, { topP: 0.3, crossing: "drop" }, [0, 1, 0, 0]],
    ["keeps the lowest ids of equals", halves, { topP: 0.8 }, [0.125 / 0.875, 0.5 / 0.875, 0, 0.25 / 0.875]],
    ["with ties keep takes all equals of the last", halves, { topP: 0.8, ties: "keep" }, halves],
    ["with minKeep keeps as many", halves, { topP: 0.1, minKeep: 2 }, [0, 2 / 3, 0, 1 / 3]],
    ["with minKeep beyond the row keeps all", halves, { topP: 0.1, minKeep: 9 }, halves],
    ["measures P over the tokens that are left", [0, 0.5, 0.3, 0.2], { topP: 0.5 }, [0, 1, 0, 0]],
    ["leaves the only token", [1], { topP: 0.1 }, [1]],
    ["of a uniform row keeps the first ids", [0.25, 0.25, 0.25, 0.25], { topP: 0.5 }, [0.5, 0.5, 0, 0]],
  ]);

  refusals(topP, [
    [{ topP: -0.1 }, "Cannot run topP: topP must be a number in [0, 1], got -0.1"],
    [{ topP: 1.0001 }, "Cannot run topP: topP must be a number in [0, 1], got 1.0001"],
    [{ minKeep: 0 }, "Cannot run topP: minKeep must be an integer ≥ 1, got 0"],
  ]);

  it("with over all measures P on the row as it was before any token was removed", () => {
    const all = Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log);
    const row = Float64Array.of(0.4, 0.3, 0, 0).map(Math.log);
    const kept = (over: string): number =>
      topP.apply(row, { topP: 0.5, over }, { all }).filter((z) => z > -Infinity).length;
    expect([kept("kept"), kept("all")]).toEqual([1, 2]);
  });

  it.each([10, 100, 1000])("of %i equal tokens keeps exactly ⌈P·n⌉", (n) => {
    const row = new Float64Array(n).fill(-3.7);
    for (const [share, count] of [
      [0.5, n / 2],
      [0.3, 0.3 * n],
      [0.8, 0.8 * n],
      [0.95, Math.ceil(0.95 * n)],
    ] as const)
      expect(topP.apply(row, { topP: share }).filter((z) => z > -Infinity).length, `${share}`).toBe(Math.round(count));
  });
});
