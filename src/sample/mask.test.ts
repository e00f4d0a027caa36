import { intersectMasks, isAllowed, mask, maskOf } from "logits/sample";
import { describe, expect, it } from "vitest";

const off = -Infinity;
const on = { mask: true };

describe("mask", () => {
  it.each([
    ["bit 0 is token 0", [0b101], [1, 2, 3], [1, off, 3]],
    ["a removed token stays removed", [0b111], [1, off, 3], [1, off, 3]],
    ["bits beyond the last token are ignored", [-1], [1, 2], [1, 2]],
  ])("%s", (_, words, row, expected) => {
    expect([...mask.apply(Float64Array.from(row), on, { mask: Int32Array.from(words) })]).toEqual(expected);
  });

  it("a mask that allows nothing is refused", () => {
    expect(() => mask.apply(Float64Array.of(1, 2), on, { mask: new Int32Array(1) })).toThrow(
      "mask must leave a token, got none left",
    );
  });

  it("false is off", () => {
    expect([...mask.apply(Float64Array.of(1, 2), {}, { mask: new Int32Array(1) })]).toEqual([1, 2]);
  });

  it("token 31 is the sign bit and token 32 the next word's first", () => {
    const words = maskOf(34, [31, 32]);
    expect([...words]).toEqual([-(2 ** 31), 1]);
    const row = mask.apply(new Float64Array(34), on, { mask: words });
    expect([...row.keys()].filter((id) => row[id]! > off)).toEqual([31, 32]);
    expect(isAllowed(words, 31)).toBe(true);
    expect(isAllowed(words, 33)).toBe(false);
  });

  it("a mask comes from ids or from a function, and masks intersect", () => {
    const even = maskOf(100, (id) => id % 2 === 0);
    const third = maskOf(
      100,
      Array.from({ length: 34 }, (_, i) => 3 * i),
    );
    const both = intersectMasks(even, third);
    expect(Array.from({ length: 100 }, (_, id) => id).filter((id) => isAllowed(both, id))).toEqual(
      Array.from({ length: 17 }, (_, i) => 6 * i),
    );
  });

  it.each([
    [
      "no mask",
      () => mask.apply(Float64Array.of(1, 2), on),
      "Cannot mask: context.mask must be the bits of the step, got none",
    ],
    [
      "a mask of another length",
      () => mask.apply(Float64Array.of(1, 2), on, { mask: new Int32Array(2) }),
      "Cannot mask: context.mask must have 1 words for 2 tokens, got 2",
    ],
    ["an id outside", () => maskOf(3, [3]), "Cannot make a mask: an id must be in [0, 2], got 3"],
    [
      "masks of two lengths",
      () => intersectMasks(new Int32Array(1), new Int32Array(2)),
      "Cannot intersect masks: they must have 1 words, got 2",
    ],
  ])("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
