import { describe, expect, it } from "vitest";
import { differingClass, isObject } from "./index.js";

describe("differingClass", () => {
  const rows: [own: string[], names: string[], expected: number, why: string][] = [
    [["cat", "dog", "bird"], ["cat", "dog", "bird"], -1, "the same names"],
    [["cat", "dog", "bird"], ["cat", "bird", "dog"], 1, "another order"],
    [["cat", "dog"], ["cat", "cow"], 1, "another name"],
    [["cat", "dog"], ["0", "1"], -1, "counted from 0"],
    [["1", "2"], ["cat", "dog"], -1, "counted from 1"],
    [["2", "3"], ["cat", "dog"], 0, "names that look like numbers, but count nothing"],
    [["1", "0"], ["0", "1"], -1, "one of them is counted"],
    [["1", "0"], ["0", "2"], 0, "neither is counted"],
  ];
  it.each(rows)("%j beside %j: %i, %s", (own, names, expected) => {
    expect(differingClass(own, names)).toBe(expected);
    expect(differingClass(names, own)).toBe(expected);
  });
});

describe("isObject", () => {
  it.each([[null], [[]], ["a"], [1], [true], [undefined]])("%j is none", (value) =>
    expect(isObject(value)).toBe(false),
  );
  it("an object is one", () => expect(isObject({ a: 1 })).toBe(true));
});
