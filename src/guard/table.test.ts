import { describe, expect, it } from "vitest";
import { type Json, uniform } from "../core/index.js";
import { tableOf, tableToJson } from "./table.js";

const width = 120;
const many = Array.from({ length: width }, (_, row) =>
  row % 7 === 3 ? [] : Array.from({ length: width }, (_none, k) => Math.log(uniform(1, "simulation", row, k))),
);
type Packed = { rows: number[]; f32: string };
const read = (json: unknown): number[][] | undefined =>
  tableOf(JSON.parse(JSON.stringify(json)) as Json, width, width)?.map((row) => [...row]);

describe("a table of learned numbers", () => {
  it("of few numbers is lists, to the last digit", () => {
    const table = [[0.1, -2], [], [1 / 3, 4]];
    expect(tableToJson(table)).toEqual(table);
    expect(tableOf(tableToJson(table), 3, 2)!.map((row) => [...row])).toEqual(table);
  });

  it("of many is a third as long, and gives the same f32 each time it is read", () => {
    const json = tableToJson(many);
    expect(JSON.stringify(json).length).toBeLessThan(JSON.stringify(many).length / 3);
    expect(read(json)).toEqual(many.map((row) => row.map(Math.fround)));
    expect(tableToJson(read(json)!)).toEqual(json);
  });

  it("of many that is written in lists is read as well", () => expect(read(many)).toEqual(many));

  it("holds what is beyond f32 as its largest number", () => {
    const far = many.map((row, i) => (i === 0 ? row.map((_, k) => (k % 2 ? 1e300 : -1e300)) : row));
    const [first] = read(tableToJson(far))!;
    expect(first!.slice(0, 2)).toEqual([-(2 ** 128 - 2 ** 104), 2 ** 128 - 2 ** 104]);
  });

  const packed = tableToJson(many) as unknown as Packed;
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 3],
    ["lists of other lengths", many.map((row) => row.slice(1))],
    ["too few lists", many.slice(1)],
    ["a list of words", many.map((row, i) => (i === 0 ? row.map(String) : row))],
    ["a number that is not finite", many.map((row, i) => (i === 0 ? row.map(() => null) : row))],
    ["rows that do not rise", { ...packed, rows: packed.rows.toReversed() }],
    ["a row twice", { ...packed, rows: [0, ...packed.rows.slice(0, -1)] }],
    ["a row too many", { ...packed, rows: [...packed.rows, width] }],
    ["a row too few", { ...packed, rows: packed.rows.slice(1) }],
    ["a row that is no index", { ...packed, rows: packed.rows.map((row) => row + 0.5) }],
    ["numbers that are cut off", { ...packed, f32: packed.f32.slice(0, -8) }],
    ["text that is no base64", { ...packed, f32: `${packed.f32.slice(0, -1)}!` }],
    ["NaN in f32", { ...packed, f32: `AADAfwAA${packed.f32.slice(8)}` }],
    ["no numbers", { rows: packed.rows }],
  ])("is none: %s", (_, json) => {
    expect(tableOf(json as Json, width, width)).toBeUndefined();
  });
});
