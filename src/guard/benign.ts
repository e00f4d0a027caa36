import type { Predictions } from "../core/index.js";
import { rising, risingOrder } from "../stats/risingOrder.js";
import { COMBINED, type GuardParams } from "./method.js";
import { POOLED, type Ranks, type Ready, type Scale } from "./ranks.js";
import { knotsOf } from "./standing.js";

/** How many of some rows each class won. */
export function countOf(predicted: Int32Array, classes: number, rows: ArrayLike<number>): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < rows.length; i++) counts[predicted[rows[i]!]!]!++;
  return counts;
}

/**
 * Classes that have a group of their own: those with enough rows among the ones that means are learned from. The others have no say in it, or their ranks would be
 * those of rows that were chosen; only a class that has none of them is left out.
 *
 * @param known how many rows of each class means are learned from, @param rest how many the others are.
 */
export const ownGroups = (known: readonly number[], rest: readonly (readonly number[])[], enough: number): string[] =>
  [...known.keys()].filter((k) => known[k]! >= enough && rest.every((count) => count[k]! > 0)).map(String);

/** Of some rows those that will be kept: the first `keep` of all and of each group, in their order. Nobody need measure the others. */
export function firstRows(
  rows: Uint32Array,
  { predicted, classes }: Pick<Predictions, "predicted" | "classes">,
  groups: readonly string[],
  keep: number,
): Uint32Array {
  const first = new Uint32Array(rows.length);
  const left = new Float64Array(classes);
  for (const group of groups) left[Number(group)] = keep;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const winner = predicted[rows[i]!]!;
    if (i < keep || left[winner]! > 0) first[count++] = rows[i]!;
    left[winner]!--;
  }
  return first.subarray(0, count);
}

/**
 * Sorts values of rows by group: those of the first `keep` rows of all and of each group, which lie in an order that was drawn. Values are put in order once,
 * not once a group.
 */
export function sorter(
  { predicted, classes, rows }: Predictions,
  groups: readonly string[],
  keep: number = Infinity,
): (values: Float64Array) => Map<string, Float64Array> {
  const names = [POOLED, ...groups];
  const groupOf = new Int32Array(classes);
  groups.forEach((group, i) => (groupOf[Number(group)] = i + 1));
  const counts = new Uint32Array(names.length);
  counts[0] = Math.min(rows, keep);
  // 0 where a row is in no group but that of all.
  const own = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const group = groupOf[predicted[row]!]!;
    if (group > 0 && counts[group]! < keep) {
      own[row] = group;
      counts[group]!++;
    }
  }
  return (values) => {
    const sorted = Array.from(counts, (count) => new Float64Array(count));
    const filled = new Uint32Array(names.length);
    const order = risingOrder(values);
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      const group = own[row]!;
      if (row < keep) sorted[0]![filled[0]!++] = values[row]!;
      if (group > 0) sorted[group]![filled[group]!++] = values[row]!;
    }
    return new Map(names.map((name, i) => [name, sorted[i]!]));
  };
}

/** Values by detector, sorted by group. */
export function rankRows(values: readonly Float64Array[], sort: ReturnType<typeof sorter>): Ranks {
  const sorted = values.map(sort);
  return new Map(Array.from(sorted[0]!.keys(), (group) => [group, sorted.map((one) => one.get(group)!)]));
}

/** Knots of sorted values. A group that has none gets those of all. */
export const scaleOf = (ranks: Ranks): Scale =>
  new Map(
    Array.from(ranks, ([group, sorted]) => [
      group,
      sorted.map((own, d) => knotsOf(own.length > 0 ? own : ranks.get(POOLED)![d]!)),
    ]),
  );

/** As a document holds them: by group and name of the detector. */
export const listed = (
  ready: readonly Ready[],
  groups: ReadonlyMap<string, readonly ArrayLike<number>[]>,
): GuardParams["ranks"] =>
  Object.fromEntries(
    Array.from(groups, ([group, values]) => [
      group,
      Object.fromEntries(ready.map(({ detector }, d) => [detector.name, numbersOf(values[d]!)])),
    ]),
  );

/** As they are used: what a document holds, in the order of the detectors. */
export const inOrder = (ready: readonly Ready[], groups: GuardParams["ranks"]): Ranks =>
  new Map(
    Object.entries(groups).map(([group, values]) => [
      group,
      ready.map(({ detector }) => Float64Array.from(values[detector.name]!)),
    ]),
  );

/** What `Array.from` gives, in a sixth of its time. */
export function numbersOf(values: ArrayLike<number>): number[] {
  const numbers = new Array<number>(values.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = values[i]!;
  return numbers;
}

/** What a stream begins with, one list a detector: standings of rows that no knots were made from, and combined statistics of rows that were not ranked in. */
export const referenceOf = (
  ready: readonly Ready[],
  standings: readonly (readonly Float64Array[])[],
  score: Float64Array,
): GuardParams["reference"] => ({
  [COMBINED]: numbersOf(rising(score)),
  ...Object.fromEntries(
    ready.map(({ detector }, d) => [detector.name, numbersOf(rising(joined(standings.map((one) => one[d]!))))]),
  ),
});

function joined(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
