import { describe, expect, it } from "vitest";
import { countBelow, countUpTo, firstWhere } from "./bisect.js";

describe("a search by halves", () => {
  const lists = [[], [1], [1, 1, 1], [-Infinity, -2, 0, 0, 0, 3, Infinity, Infinity], [0, 1, 2, 3, 4, 5, 6, 7, 8]];
  const values = [-Infinity, -3, -2, -0, 0, 0.5, 1, 3, 8, 9, Infinity];
  it.each(lists.flatMap((list) => values.map((value): [number[], number] => [list, value])))(
    "counts what a filter counts: %j, %d",
    (list, value) => {
      expect(countBelow(list, value)).toBe(list.filter((one) => one < value).length);
      expect(countUpTo(list, value)).toBe(list.filter((one) => one <= value).length);
    },
  );

  it("finds the first of which something holds, wherever it begins, and none", () => {
    for (let count = 0; count < 20; count++)
      for (let first = 0; first <= count; first++) expect(firstWhere(count, (i) => i >= first)).toBe(first);
  });
});
