import { COMBINED, type GuardParams, type GuardRows } from "./method.js";
import { type Placed, POOLED, type Ready } from "./ranks.js";
import { type Knots, knotsOf } from "./standing.js";

/** How many rows each class won. */
export function countOf(predicted: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const winner of predicted) counts[winner]!++;
  return counts;
}

/**
 * Classes that have a group of their own: those with enough rows among the ones that means are learned from. The others have no say in it, or their ranks would be
 * those of rows that were chosen; only a class that has none of them is left out.
 */
export function ownGroups(learning: GuardRows, others: readonly GuardRows[], enough: number): string[] {
  const { classes } = learning.scores;
  const known = countOf(learning.scores.predicted, classes);
  const rest = others.map(({ scores }) => countOf(scores.predicted, classes));
  return Array.from({ length: classes }, (_, k) => k)
    .filter((k) => known[k]! >= enough && rest.every((count) => count[k]! > 0))
    .map(String);
}

export function rowsOf({ scores }: GuardRows, group: string): number[] {
  const winner = group === POOLED ? undefined : Number(group);
  const rows: number[] = [];
  for (let row = 0; row < scores.rows; row++)
    if (winner === undefined || scores.predicted[row] === winner) rows.push(row);
  return rows;
}

/** The rows that will be kept: the first `keep` of all and of each group, in their order. Nobody need measure the others. */
export function firstRows(rows: GuardRows, groups: readonly string[], keep: number): Uint32Array {
  const wanted = new Uint8Array(rows.scores.rows);
  const left = new Float64Array(rows.scores.classes);
  for (const group of groups) left[Number(group)] = keep;
  rows.scores.predicted.forEach((winner, row) => {
    const own = left[winner]!;
    if (own > 0) left[winner] = own - 1;
    if (row < keep || own > 0) wanted[row] = 1;
  });
  return Uint32Array.from(wanted.keys()).filter((row) => wanted[row] === 1);
}

/** The values of the first `keep` of these rows, which lie in an order that was drawn, sorted. */
export const kept = (values: Float64Array, rows: readonly number[], keep: number): number[] =>
  Array.from(Float64Array.from(rows.slice(0, keep), (row) => values[row]!).sort());

/** Sorted values by group and detector. */
export function rankRows(
  ready: readonly Ready[],
  rows: GuardRows,
  groups: string[],
  keep: number,
): GuardParams["ranks"] {
  const values = ready.map((one) => one.values(rows));
  const ranks: GuardParams["ranks"] = {};
  for (const group of [POOLED, ...groups]) {
    const own = rowsOf(rows, group);
    ranks[group] = Object.fromEntries(ready.map(({ detector }, d) => [detector.name, kept(values[d]!, own, keep)]));
  }
  return ranks;
}

/** Sorted values by group, in the order of the detectors. */
export function sortedOf(ready: readonly Ready[], ranks: GuardParams["ranks"]): Map<string, Float64Array[]> {
  return new Map(
    Object.entries(ranks).map(([group, values]) => [
      group,
      ready.map(({ detector }) => Float64Array.from(values[detector.name]!)),
    ]),
  );
}

/** Knots by group and detector. A group that has none of these rows gets those of all. */
export function scaleRows(ready: readonly Ready[], rows: GuardRows, groups: readonly string[]): GuardParams["scale"] {
  const values = ready.map((one) => one.values(rows));
  const scale: GuardParams["scale"] = {};
  for (const group of [POOLED, ...groups]) {
    const own = rowsOf(rows, group);
    const some = own.length > 0 ? own : rowsOf(rows, POOLED);
    scale[group] = Object.fromEntries(
      ready.map(({ detector }, d) => [detector.name, knotsOf(Float64Array.from(some, (row) => values[d]![row]!))]),
    );
  }
  return scale;
}

/** Knots by group, in the order of the detectors. */
export function knotsIn(ready: readonly Ready[], scale: GuardParams["scale"]): Map<string, Knots[]> {
  return new Map(
    Object.entries(scale).map(([group, knots]) => [group, ready.map(({ detector }) => knots[detector.name]!)]),
  );
}

/** What a stream begins with: standings of rows that no knots were made from, and combined statistics of rows that were not ranked in. */
export function referenceOf(
  ready: readonly Ready[],
  ranked: Placed,
  again: Placed,
  keep: number,
): GuardParams["reference"] {
  const sorted = (values: ArrayLike<number>): number[] => Array.from(Float64Array.from(values).sort());
  const standings = (d: number): number[] =>
    [ranked, again].flatMap(({ score, standing }) =>
      Array.from(score.subarray(0, keep), (_, row) => standing[row * ready.length + d]!),
    );
  return {
    [COMBINED]: sorted(again.score.subarray(0, keep)),
    ...Object.fromEntries(ready.map(({ detector }, d) => [detector.name, sorted(standings(d))])),
  };
}
