import { describe, expect, it } from "vitest";
import { type ColumnInfo, columnRoles } from "./columnRoles.js";
import type { ReadOptions } from "./table.js";

/** "a b:list c:text" as columns; numbers unless said otherwise. */
const columnsOf = (words: string): ColumnInfo[] =>
  words.split(" ").map((word) => {
    const [name = "", type = "f4"] = word.split(":");
    return { name, type, kind: type === "f4" ? "number" : type === "list" ? "list" : "other" };
  });

describe("columnRoles", () => {
  it.each<[columns: string, options: ReadOptions, roles: object, why: string]>([
    ["a b c", {}, { scores: [0, 1, 2], slices: [] }, "all numbers are classes, in file order"],
    ["a truth b", {}, { scores: [0, 2], label: 1, slices: [] }, "the only column with a label's name is the label"],
    ["a Label:text b", {}, { scores: [0, 2], label: 1, slices: [] }, "whatever its case and type"],
    [
      "a y b label",
      { labelsColumn: "label" },
      { scores: [0, 1, 2], label: 3, slices: [] },
      "a label that is named leaves y to be a class",
    ],
    ["id a b", {}, { scores: [1, 2], id: 0, slices: [] }, "id is the id"],
    ["id a key:text", { idColumn: "key" }, { scores: [0, 1], id: 2, slices: [] }, "unless another is named"],
    [
      "a b site:text week",
      { sliceColumns: ["site", "week"] },
      { scores: [0, 1], slices: [2, 3] },
      "slices may be text or numbers",
    ],
    ["out:list label", {}, { scores: [0], label: 1, slices: [] }, "the only list is the scores"],
    ["x:list logits:list", {}, { scores: [1], slices: [] }, "of several lists, logits is"],
    ["x:list probs:list", {}, { scores: [1], slices: [] }, "or probs"],
    ["x:list logits:list", { logitsKey: "x" }, { scores: [0], slices: [] }, "or the one that is named"],
  ])("%s with %j: %j, because %s", (words, options, roles) => {
    expect(columnRoles("f", columnsOf(words), options)).toEqual({ notes: expect.any(Array), ...roles });
  });

  it("says which columns are not read beside a list", () => {
    expect(columnRoles("f", columnsOf("logits:list epoch note:text label"), {}).notes).toEqual([
      "Columns not read: epoch, note.",
    ]);
  });

  it.each<[columns: string, options: ReadOptions, code: string, message: string]>([
    ["a a b", {}, "bad-data", "column names must differ, got a twice"],
    ["a label y", {}, "ambiguous", "one column must be the labels, got label, y"],
    ["a b note:text", {}, "bad-data", "column note must be numbers, or the label, id or a slice, got text"],
    ["x:list z:list", {}, "ambiguous", "one column of lists must be the scores, got x, z"],
    ["a b", { idColumn: "key" }, "bad-argument", "the id column must be one of a, b, got key"],
    ["a b", { sliceColumns: ["site"] }, "bad-argument", "the slice column must be one of a, b, got site"],
    ["x:list", { logitsKey: "z" }, "bad-argument", "z must be a column of lists, got x"],
    ["label id", {}, "bad-data", "at least one column must be scores, got label, id"],
  ])("%s with %j is refused (%s): %s", (words, options, code, message) => {
    expect(() => columnRoles("f", columnsOf(words), options)).toThrow(
      expect.objectContaining({ code, message: `Cannot read f: ${message}` }),
    );
  });
});
