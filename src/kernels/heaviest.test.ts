import { describe, expect, it } from "vitest";
import { drawRow, keepHeaviest } from "./index.js";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

/** What is left by sorting; undefined where a sum comes too near to the limit to say. */
function sorted(row: Float64Array, share: number, andNext: boolean, allTies: boolean): Float64Array | undefined {
  const ids = [...row.keys()].filter((id) => row[id]! > -Infinity).sort((a, b) => row[b]! - row[a]! || a - b);
  const weights = ids.map((id) => Math.exp(row[id]! - row[ids[0]!]!));
  const total = weights.reduce((sum, w) => sum + w, 0);
  let sum = 0;
  let count = 0;
  while (sum < share * total) {
    sum += weights[count++]!;
    if (Math.abs(sum - share * total) < 1e-10 * total) return undefined;
  }
  if (!andNext) count--;
  const last = row[ids[count - 1]!]!;
  const left = new Float64Array(row.length).fill(-Infinity);
  ids.forEach((id, rank) => {
    if (rank < count || (allTies && row[id] === last)) left[id] = row[id]!;
  });
  return count > 0 ? left : undefined;
}

/** Quicker than element by element. */
const same = (a: Float64Array, b: Float64Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

const shapes: [string, (u: () => number) => number][] = [
  ["noise", (u) => 3 * (u() + u() + u() + u())],
  ["peaked", (u) => (u() < 0.001 ? 20 + 10 * u() : 4 * u())],
  ["flat", (u) => u()],
  ["with ties", (u) => Math.round(40 * u() * u()) / 8],
  ["half masked", (u) => (u() < 0.5 ? -Infinity : 8 * u())],
  ["far below zero", (u) => -1e6 - 30 * u()],
  ["far apart", (u) => 2000 * u()],
  ["a few that hold all", (u) => (u() < 0.0005 ? 50 : -50 * u())],
];

describe.each(shapes)("the heaviest of scores: %s", (name, of) => {
  it.each([2048, 2111, 16_000])("%i of them are kept as by sorting", (n) => {
    const u = random(n);
    let decided = 0;
    let clear = 0;
    const shares = [0.01, 0.1, 0.5, 0.9, 0.95, 0.999, 0.9999999];
    for (const share of shares) {
      const row = Float64Array.from({ length: n }, () => of(u));
      for (const [andNext, allTies] of [
        [true, false],
        [false, false],
        [true, true],
      ] as const) {
        const changed = row.slice();
        const wanted = sorted(row, share, andNext, allTies);
        const done = keepHeaviest(changed, share, { andNext, allTies });
        if (wanted && share < 0.9999) clear++;
        if (!done) expect(same(changed, row)).toBe(true);
        else {
          decided++;
          expect(same(changed, wanted!)).toBe(true);
        }
      }
    }
    // Only ties at the limit, or many of them near it, and weights too small to tell are left to sorting.
    expect(decided).toBeGreaterThanOrEqual(name === "with ties" ? 1 : clear);
  });
});

describe.each(shapes)("the heaviest of scores in f32: %s", (_, of) => {
  it.each([2048, 50_257])("%i of them are marked as those in f64 are kept, or neither is decided", (n) => {
    const u = random(n + 1);
    const row = drawRow(n);
    const scale = 1 / 1.5;
    let decided = 0;
    for (const share of [0.01, 0.5, 0.95, 0.999]) {
      row.scores.set(Float32Array.from({ length: n }, () => of(u)));
      for (const allTies of [false, true]) {
        const kept = Float64Array.from(row.scores, (score) => score * scale);
        const done = keepHeaviest(kept, share, { allTies });
        const count = row.markHeaviest(scale, row.peak() * scale, share, allTies);
        expect(count >= 0).toBe(done);
        if (!done) continue;
        decided++;
        expect(count).toBe(kept.filter((score) => score > -Infinity).length);
        expect(kept.every((score, id) => ((row.marks[id >> 5]! >> (id & 31)) & 1) === +(score > -Infinity))).toBe(true);
      }
    }
    expect(decided).toBeGreaterThan(0);
  });
});

it("what is not decided leaves the row as it was", () => {
  const equal = new Float64Array(4096).fill(1);
  for (const [row, share] of [
    [equal, 0.5],
    [equal, 0],
    [equal, 1],
    [equal, 1 - 2 ** -53],
    [new Float64Array(100).map(Math.sin), 0.5],
  ] as const) {
    const before = row.slice();
    expect(keepHeaviest(row, share)).toBe(false);
    expect(row).toEqual(before);
  }
});
