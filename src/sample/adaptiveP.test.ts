import { adaptiveP } from "logits/sample";
import { describe, expect, it } from "vitest";
import { checkParams } from "../core/index.js";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";
import { contextOf } from "./define.js";

const out = -Infinity;
const near = (p: number, target: number): number => {
  const d = Math.abs(p - target) / 0.3;
  return 5 - (10 * d * d) / (1 + d);
};
const row = [Math.log(0.5), Math.log(0.3), Math.log(0.2)];

describe("adaptiveP", () => {
  scoreTable(adaptiveP, [
    ["below 0 changes nothing", row, { adaptiveTarget: -0.5 }, row],
    ["gives 5 to a token exactly at the target", row, { adaptiveTarget: 0.3 }, [near(0.5, 0.3), 5, near(0.2, 0.3)]],
    [
      "−10·d²/(1 + d) at a distance of 0.3: 5 − 5",
      [Math.log(0.6), Math.log(0.4)],
      { adaptiveTarget: 0.3 },
      [0, near(0.4, 0.3)],
    ],
    // Σ w p / Σ w = 0.5: the target moves to 2·0.3 − 0.5.
    [
      "moves against what was drawn",
      row,
      { adaptiveTarget: 0.3 },
      [near(0.5, 0.1), near(0.3, 0.1), near(0.2, 0.1)],
      { state: { 0: { sum: 5, weight: 10 } } },
    ],
    [
      "never moves its target out of [0, 1]",
      row,
      { adaptiveTarget: 0.3 },
      [near(0.5, 0), near(0.3, 0), near(0.2, 0)],
      { state: { 0: { sum: 9, weight: 10 } } },
    ],
    ["leaves removed what is removed", [0, out, 0], { adaptiveTarget: 0.5 }, [5, out, 5]],
    ["leaves the only token", [-3], { adaptiveTarget: 1 }, [5]],
  ]);
  refusals(adaptiveP, [
    [{ adaptiveTarget: 1.5 }, "Cannot run adaptiveP: adaptiveTarget must be a number in [-1, 1], got 1.5"],
    [{ adaptiveDecay: -0.1 }, "Cannot run adaptiveP: adaptiveDecay must be a number in [0, 1], got -0.1"],
  ]);

  it.each([
    [0.9, 0.9],
    [1, 0.99],
  ])("with decay %f begins in balance and remembers with weight %f", (given, decay) => {
    const params = checkParams(adaptiveP, { adaptiveTarget: 0.3, adaptiveDecay: given });
    const context = contextOf({ state: {} });
    adaptiveP.accept!(0, Float64Array.from(row), Float64Array.from(row), params, context, 2);
    const weight = 1 / (1 - decay);
    expect(context.state["2"]!["sum"]).toBeCloseTo(0.3 * weight * decay + 0.5, 12);
    expect(context.state["2"]!["weight"]).toBeCloseTo(weight * decay + 1, 12);
  });
});
