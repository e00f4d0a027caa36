import { contrastive } from "logits/sample";
import { describe, expect, it } from "vitest";

const off = -Infinity;
const ln = Math.log;
const logs = (...p: number[]): Float64Array => Float64Array.from(p, ln);

describe("contrastive", () => {
  it.each([
    [
      "difference: ln p_e/p_a",
      [0.5, 0.4, 0.1],
      [0.5, 0.2, 0.3],
      { contrastive: "difference", contrastiveAlpha: 0.2 },
      [0, ln(2), -ln(3)],
    ],
    [
      "a token exactly at α · max stays",
      [0.5, 0.25, 0.25],
      [0.5, 0.25, 0.25],
      { contrastive: "difference", contrastiveAlpha: 0.5 },
      [0, 0, 0],
    ],
    [
      "one below it goes",
      [0.5, 0.4, 0.1],
      [0.5, 0.2, 0.3],
      { contrastive: "difference", contrastiveAlpha: 0.21 },
      [0, ln(2), off],
    ],
    [
      "α 1 leaves the most probable",
      [0.5, 0.4, 0.1],
      [0.9, 0.05, 0.05],
      { contrastive: "difference", contrastiveAlpha: 1 },
      [ln(5 / 9), off, off],
    ],
    [
      "α 0 leaves all",
      [0.998, 0.001, 0.001],
      [0.998, 0.001, 0.001],
      { contrastive: "difference", contrastiveAlpha: 0 },
      [0, 0, 0],
    ],
    [
      "a hotter amateur counts less: at τ 2 its logarithm halves",
      [0.5, 0.5],
      [0.8, 0.2],
      { contrastive: "difference", amateurTemperature: 2 },
      [ln(0.5) - ln(0.8) / 2, ln(0.5) - ln(0.2) / 2],
    ],
    [
      "weighted at β 1: 2e − a",
      [0.5, 0.4, 0.1],
      [0.5, 0.2, 0.3],
      { contrastive: "weighted", contrastiveBeta: 1, contrastiveAlpha: 0 },
      [ln(0.5), ln(0.8), ln(0.1 / 3)],
    ],
    [
      "weighted at β 0 only asks for plausibility",
      [0.5, 0.4, 0.1],
      [0.5, 0.2, 0.3],
      { contrastive: "weighted", contrastiveBeta: 0, contrastiveAlpha: 0.5 },
      [ln(0.5), ln(0.4), off],
    ],
    ["off", [0.5, 0.5], [0.9, 0.1], { contrastive: "off" }, [ln(0.5), ln(0.5)]],
  ])("%s", (_, expert, amateur, params, expected) => {
    const found = contrastive.apply(logs(...expert), params, { other: logs(...amateur) });
    expected.forEach((score, id) =>
      score === off ? expect(found[id]).toBe(off) : expect(found[id]).toBeCloseTo(score, 13),
    );
  });

  it("says why a token fell", () => {
    const reason = contrastive.reasons!(logs(0.9, 0.01), { contrastiveAlpha: 0.1 }, undefined as never, 0)(1);
    expect(reason.text).toBe("it is not plausible: its score is -4.61 and -2.41 is asked");
  });

  it("refuses a step without the smaller model's row", () => {
    expect(() => contrastive.apply(Float64Array.of(1, 2), { contrastive: "difference" })).toThrow(
      "Cannot contrast: context.other must be the row of the smaller model, got none",
    );
  });
});
