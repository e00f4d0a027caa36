import { guidance } from "logits/sample";
import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";

const off = -Infinity;
const ln = Math.log;

describe("guidance", () => {
  it.each([
    ["twice as far from the other row, u + 2(c − u)", [3, 1], [1, 1], { guidanceScale: 2 }, [5, 1]],
    ["scale 0 is the other row", [3, 1], [1, 7], { guidanceScale: 0 }, [1, 7]],
    ["half-way between", [3, 1], [1, 7], { guidanceScale: 0.5 }, [2, 4]],
    ["scale 1 is off", [3, 1], [1, 7], { guidanceScale: 1 }, [3, 1]],
    [
      "conditional: c + 1(c − u) is the same as 2",
      [3, 1],
      [1, 1],
      { guidanceScale: 1, guidanceConvention: "conditional" },
      [5, 1],
    ],
    ["conditional: scale 0 is off", [3, 1], [1, 7], { guidanceScale: 0, guidanceConvention: "conditional" }, [3, 1]],
    [
      "a removed token stays removed, whatever the other row says",
      [3, off, 1],
      [1, 9, 1],
      { guidanceScale: 2 },
      [5, off, 1],
    ],
  ])("%s", (_, row, other, params, expected) => {
    const context = { other: Float64Array.from(other) };
    const found = guidance.apply(Float64Array.from(row), { guidanceScores: "logits", ...params }, context);
    expect([...found]).toEqual(expected);
  });

  it("with log-probabilities the row is normalised first: from (¾, ¼) against (½, ½) at 2 odds of 3 become 9", () => {
    const found = guidance.apply(
      Float64Array.of(ln(0.75) + 5, ln(0.25) + 5),
      { guidanceScale: 2 },
      { other: Float64Array.of(0, 0) },
    );
    expect(found[0]).toBeCloseTo(2 * ln(0.75) - ln(0.5), 14);
    expect(found[0]! - found[1]!).toBeCloseTo(ln(9), 13);
  });

  const { guidance: theirs } = golden<{
    guidance: Record<"row" | "other" | "logits" | "conditional" | "logprobs", number[]>;
  }>("guide");
  it.each([
    ["logits", { guidanceScale: 1.5, guidanceScores: "logits" }],
    ["logprobs", { guidanceScale: 1.5 }],
    ["conditional", { guidanceScale: 3, guidanceScores: "logits", guidanceConvention: "conditional" }],
  ] as const)("equals transformers' processors: %s", (name, params) => {
    const found = guidance.apply(Float64Array.from(theirs.row), params, { other: Float64Array.from(theirs.other) });
    theirs[name].forEach((expected, id) => expect(found[id]).toBeCloseTo(expected, 12));
  });

  it.each([
    ["no other row", {}, "Cannot guide: context.other must be the row of the negative prompt, got none"],
    [
      "another length",
      { other: Float64Array.of(1) },
      "Cannot guide: context.other must have 2 scores as the row has, got 1",
    ],
    [
      "a hole in it",
      { other: Float64Array.of(1, off) },
      "Cannot guide: the score of token 1 in context.other must be finite, got -Infinity",
    ],
    [
      "NaN in it",
      { other: Float64Array.of(NaN, 1) },
      "Cannot guide: the score of token 0 in context.other must be finite, got NaN",
    ],
  ])("refuses %s", (_, context, message) => {
    expect(() => guidance.apply(Float64Array.of(1, 2), { guidanceScale: 2 }, context)).toThrow(message);
  });
});
