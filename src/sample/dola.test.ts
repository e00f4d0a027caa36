import { dola, dolaLayer } from "logits/sample";
import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";

const off = -Infinity;
const ln = Math.log;
const logs = (...p: number[]): Float64Array => Float64Array.from(p, ln);

describe("dola", () => {
  it("subtracts the earlier layer's log-probabilities among plausible tokens", () => {
    const last = Float64Array.of(2, 1.5, 0.5, -3);
    const early = Float64Array.of(1, 1, 1, 1);
    const found = dola.apply(last, { dola: true }, { other: early });
    const mass = ln(Math.exp(2) + Math.exp(1.5) + Math.exp(0.5) + Math.exp(-3));
    [2, 1.5, 0.5].forEach((score, id) => expect(found[id]).toBeCloseTo(score - mass + ln(4), 13));
    expect(found[3]).toBe(off);
  });

  it.each([
    ["the boundary itself stays", 0.25, [true, true, true]],
    ["just above it falls", 0.2500001, [true, true, false]],
    ["0 keeps all", 0, [true, true, true]],
  ])("%s", (_, dolaRelativeTop, kept) => {
    const found = dola.apply(
      Float64Array.of(0, -0.5, ln(0.25)),
      { dola: true, dolaRelativeTop },
      { other: Float64Array.of(0, 0, 0) },
    );
    expect([...found].map((score) => score > off)).toEqual(kept);
  });

  it.each([
    [
      "the farthest of three",
      [
        [0, 0],
        [3, 0],
        [-1, 0],
      ],
      1,
    ],
    [
      "the first among equals",
      [
        [0, 2],
        [0, 2],
      ],
      0,
    ],
  ])("dolaLayer takes %s", (_, layers, expected) => {
    const rows = layers.map((layer) => Float64Array.from(layer));
    expect(dolaLayer(Float64Array.of(0, 0), rows)).toBe(expected);
    expect(dolaLayer(Float64Array.of(0, 0), rows, "reversed")).toBe(expected);
  });

  const { dola: theirs } = golden<{
    dola: { last: number[]; layers: number[][]; contrastWith2: (number | null)[]; reversed: number }[];
  }>("guide_groups");
  it.each(theirs)(
    "equals _dola_select_contrast of transformers 4.49, and its choice of a layer",
    ({ last, layers, contrastWith2, reversed }) => {
      const rows = layers.map((layer) => Float64Array.from(layer));
      const found = dola.apply(Float64Array.from(last), { dola: true }, { other: rows[2]! });
      contrastWith2.forEach((score, id) =>
        score === null ? expect(found[id]).toBe(off) : expect(found[id]).toBeCloseTo(score, 12),
      );
      expect(dolaLayer(Float64Array.from(last), rows, "reversed")).toBe(reversed);
    },
  );

  it("the paper's divergence and the reversed one can choose differently: the second weighs rare tokens more", () => {
    const last = logs(0.5, 0.499, 0.001);
    const layers = [logs(0.3, 0.699, 0.001), logs(0.475, 0.475, 0.05)];
    expect(dolaLayer(last, layers)).toBe(0);
    expect(dolaLayer(last, layers, "reversed")).toBe(1);
  });

  it("refuses a choice among none", () => {
    expect(() => dolaLayer(Float64Array.of(0, 1), [])).toThrow(
      "Cannot choose a layer: there must be at least 1, got 0",
    );
  });
});
