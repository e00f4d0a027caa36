import { lzPenalty } from "logits/sample";
import { describe, expect, it } from "vitest";

const log2 = Math.log2;

/** What each token of a row of zeros loses at α 1. */
const losses = (history: number[], tokens: number, more: object = {}): number[] =>
  [...lzPenalty.apply(new Float64Array(tokens), { lzPenalty: 1, ...more }, { history, promptLength: 0 })].map(
    (z) => 0 - z,
  );

describe("lzPenalty", () => {
  // Fractions by hand; all but the last two rows were also computed by compute_lz_penalty_stateless of tginart/sglang at ab08e69.
  it.each([
    [
      "tokens lose by how near they stand",
      [1, 2, 3, 4, 2, 3, 4, 5],
      10,
      3,
      { 5: log2(10), 4: log2(10 / 2), 3: log2(10 / 3), 2: log2(10 / 4) },
    ],
    [
      "the first n are left out",
      [1, 2, 3, 4, 1, 2, 3, 5],
      10,
      2,
      { 5: log2(10), 3: log2(10 / 2), 2: log2(10 / 3), 1: log2(10 / 4), 4: log2(10 / 5) },
    ],
    [
      "a loop: the continuation is the nearest match",
      [3, 1, 2, 3, 1, 2, 3, 1],
      8,
      2,
      { 1: 3, 2: log2(8 / 3), 3: log2(8 / 2) },
    ],
    ["one token over and over", [7, 7, 7, 7], 16, 1, { 7: 4 }],
    [
      "a longer match further back beats a nearer one",
      [2, 2, 0, 1, 2, 1, 0],
      16,
      2,
      { 0: 4, 1: log2(16 / 4), 2: log2(16 / 3) },
    ],
    ["further back than V saves nothing", [0, 1, 0, 2, 0, 1, 0], 4, 3, { 0: 2, 1: 1, 2: 0 }],
    ["n tokens or fewer: nothing", [1, 2], 10, 3, {}],
    [
      "the last token itself counts, at distance 1",
      [5, 6, 5, 6, 9, 5],
      32,
      2,
      { 5: 5, 6: log2(32 / 3), 9: log2(32 / 2) },
    ],
    ["exactly n tokens: nothing", [1, 2, 3], 10, 3, {}],
    ["nothing before", [], 10, 3, {}],
  ])("%s", (_, history, tokens, lzBuffer, expected) => {
    const found = losses(history, tokens, { lzBuffer });
    for (let id = 0; id < tokens; id++)
      expect(found[id]).toBeCloseTo((expected as Record<number, number>)[id] ?? 0, 12);
  });

  it("α scales it, and a removed token stays removed", () => {
    const row = Float64Array.of(1, 2, -Infinity, 0);
    const found = lzPenalty.apply(row, { lzPenalty: 0.5, lzBuffer: 1 }, { history: [0, 1, 2], promptLength: 0 });
    expect([...found]).toEqual([1, 2 - 0.5 * log2(4 / 2), -Infinity, 0]);
  });

  it("the prompt counts only when asked, the window looks no further back", () => {
    const context = { history: [0, 1, 2, 3], promptLength: 3 };
    const apply = (params: object): number[] => [
      ...lzPenalty.apply(new Float64Array(4), { lzPenalty: 1, lzBuffer: 1, ...params }, context),
    ];
    expect(apply({})).toEqual([0, 0, 0, 0]);
    expect(apply({ lzOver: "history" })).toEqual([0, log2(3) - 2, -1, -2]);
    expect(apply({ lzOver: "history", lzWindow: 3 })).toEqual([0, 0, -1, -2]);
  });

  it("0 is off", () => {
    const row = Float64Array.of(1, 2);
    expect(lzPenalty.apply(row, { lzPenalty: 0 }, { history: [0, 1, 0, 1] })).toEqual(row);
  });
});
