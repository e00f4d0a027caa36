import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";
import { idsByKey, leftIds, rankedIds, topIds } from "./ranking.js";

const out = -Infinity;
const byComparator = (row: Float64Array): number[] =>
  Array.from(row, (_, id) => id)
    .filter((id) => row[id]! > out)
    .sort((a, b) => row[b]! - row[a]! || a - b);

const kinds: [string, (id: number) => number][] = [
  ["distinct scores", (id) => 20 * uniform(1, "simulation", id) - 10],
  ["many ties", (id) => Math.floor(9 * uniform(2, "simulation", id)) - 4],
  ["all equal", () => 1.5],
  ["0 and −0, which are one score", (id) => (id % 2 ? 0 : -0)],
  ["subnormal, huge and tiny scores", (id) => (id % 2 ? 1 : -1) * 2 ** (2000 * uniform(3, "simulation", id) - 1040)],
  ["removed tokens among them", (id) => (id % 3 ? 4 * uniform(4, "simulation", id) : out)],
  ["f32 numbers", (id) => Math.fround(20 * uniform(5, "simulation", id))],
];

describe.each([0, 1, 2, 1023, 1024, 1025, 131_072])("of %i tokens", (tokens) => {
  it.each(kinds)("rankedIds ranks %s as a comparator does, equals by id", (_, score) => {
    const row = Float64Array.from({ length: tokens }, (__, id) => score(id));
    const ids = byComparator(row);
    expect(Buffer.compare(Buffer.from(rankedIds(row).buffer), Buffer.from(Int32Array.from(ids).buffer))).toBe(0);
    for (const count of [0, 1, 7, 64, 65, 200]) expect([...topIds(row, count)]).toEqual(ids.slice(0, count));
  });
});

it("leftIds are those that are not removed", () => {
  expect([...leftIds(Float64Array.of(out, 1, out, -3))]).toEqual([1, 3]);
});

it.each([3, 5000])("idsByKey keeps equals of %i in the order in which they came", (tokens) => {
  const ids = Int32Array.from({ length: tokens }, (_, i) => tokens - 1 - i);
  const keys = Float64Array.from({ length: tokens }, (_, i) => i % 2);
  const sorted = [...idsByKey(ids.slice(), keys, 1)];
  expect(sorted).toEqual([...ids].filter((id) => id % 2 === 0).concat([...ids].filter((id) => id % 2 === 1)));
});
