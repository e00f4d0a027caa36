import { describe, expect, it } from "vitest";
import {
  countOf,
  divergenceOf,
  entropyOf,
  keepTies,
  keepTop,
  keepWhere,
  logSharesOf,
  logSumExpOf,
  massOver,
  peakOf,
  probabilitiesOf,
  sortedScores,
  winnerOf,
} from "./row.js";

const out = -Infinity;
const row = (...scores: number[]): Float64Array => Float64Array.from(scores);

describe("a row", () => {
  it.each([
    ["its largest score", peakOf, [1, 3, out], 3],
    ["the lowest id of the largest", winnerOf, [1, 3, 3], 1],
    ["how many are left", countOf, [1, out, 3], 2],
    ["ln Σ exp", logSumExpOf, [0, 0, out], Math.log(2)],
    ["ln Σ exp where exp overflows", logSumExpOf, [1000, 1000], 1000 + Math.log(2)],
    ["ln Σ exp of one token", logSumExpOf, [out, -7], -7],
  ] as const)("%s", (_, of, scores, value) => expect(of(row(...scores))).toBeCloseTo(value, 12));

  it("has mass in units of a token's", () => expect(massOver(row(0, Math.LN2, out), Math.LN2)).toBeCloseTo(1.5, 12));

  it.each([0, 1e3, 1e15, 1e300])("has the same shares with %f more in every score", (constant) => {
    const scores = row(constant, constant, out);
    const log = logSharesOf(scores);
    expect([0, 1, 2].map(log)).toEqual([-Math.LN2, -Math.LN2, out]);
    expect([...probabilitiesOf(scores)]).toEqual([0.5, 0.5, 0]);
  });

  it("has an entropy in nats", () => expect(entropyOf(row(0.5, 0.25, 0.25, 0))).toBeCloseTo(1.5 * Math.LN2, 12));

  it.each<[string, number[], number[], number]>([
    ["of equal rows is 0", [1, 2], [1, 2], 0],
    ["does not see a constant", [1, 2], [11, 12], 0],
    ["of what is left against all is −ln of its mass", [0, out], [0, 0], Math.LN2],
    ["is Infinity where q has removed what p keeps", [0, 0], [0, out], Infinity],
    ["sees what is too small for a probability", [0, out], [-800, 0], 800],
  ])("a divergence %s", (_, p, q, value) => expect(divergenceOf(row(...p), row(...q))).toBeCloseTo(value, 12));

  it("is sorted without what has been removed", () => expect([...sortedScores(row(1, out, 3, 2))]).toEqual([3, 2, 1]));

  it.each<[string, typeof keepTop, number, number[]]>([
    ["keepTop keeps the lowest ids of equals", keepTop, 2, [3, 2, out, out]],
    ["keepTop keeps all of as many", keepTop, 4, [3, 2, 2, 1]],
    ["keepTies keeps all equals of the last", keepTies, 2, [3, 2, 2, out]],
  ])("%s", (_, keep, count, kept) => {
    const scores = row(3, 2, 2, 1);
    keep(scores, count, sortedScores(scores));
    expect([...scores]).toEqual(kept);
  });

  it.each<[number, string, number[]]>([
    [1, "exact", [out, 2, 2]],
    [3, "exact", [1, 2, 2]],
    [4, "exact", [1, 2, 2]],
  ])("keepWhere keeps at least %i", (minKeep, ties, kept) => {
    const scores = row(1, 2, 2);
    keepWhere(scores, minKeep, (id) => id > 0, ties);
    expect([...scores]).toEqual(kept);
  });
});
