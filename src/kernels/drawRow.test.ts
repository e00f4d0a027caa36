import { describe, expect, it } from "vitest";
import { drawRow } from "./drawRow.js";
import type { DrawRow } from "./plainDrawRow.js";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

function filled(row: DrawRow, scores: ArrayLike<number>): DrawRow {
  row.scores.set(scores);
  return row;
}

let rising = 0;
const shapes: [string, (u: () => number) => number][] = [
  ["peaked", (u) => (u() < 0.02 ? 30 * u() : 4 * u())],
  ["flat", (u) => 2 * u() - 1],
  ["with ties", (u) => Math.floor(8 * u())],
  ["masked", (u) => (u() < 0.5 ? -Infinity : 5 * u())],
  ["far below zero", (u) => -100 - 30 * u()],
  ["rising", (u) => (rising += u())],
  ["all equal", () => 1],
  ["zeros of both signs", (u) => (u() < 0.5 ? -0 : 0)],
  ["wide", (u) => 200 * u()],
];

describe.each([1, 3, 63, 64, 65, 1000, 50_257])("a row of %i tokens", (tokens) => {
  it.each(shapes)("gives the same bits in WebAssembly and without it: %s", (_, of) => {
    const u = random(tokens + 7);
    const scores = Float32Array.from({ length: tokens }, () => of(u));
    if (!scores.some((score) => score > -Infinity)) scores[0] = 1;
    const [a, b] = [true, false].map((wasm) => filled(drawRow(tokens, wasm), scores)) as [DrawRow, DrawRow];
    const peak = a.peak();
    expect(b.peak() + 0).toBe(peak + 0);
    expect(peak + 0).toBe(scores.reduce((most, score) => Math.max(most, score), -Infinity) + 0);
    for (const [scale, least] of [
      [1, undefined],
      [1 / 0.8, undefined],
      [1 / 1.5, peak - 2],
    ] as const) {
      const total = a.weigh(scale, peak * scale, least);
      expect(b.weigh(scale, peak * scale, least)).toBe(total);
      if (least === undefined) {
        expect(a.weighLogs(scale, peak * scale)).toBe(total);
        expect(b.weighLogs(scale, peak * scale)).toBe(total);
        expect(b.weighted).toBe(a.weighted);
      }
      expect(b.spread(scale, peak)).toEqual(a.spread(scale, peak));
      const finite = [...scores].filter((score) => score > -Infinity).map((score) => score * scale);
      const mean = finite.reduce((sum, score) => sum + score, 0) / finite.length;
      const { count, mean: found, squares } = a.spread(scale, peak);
      expect(count).toBe(finite.length);
      expect(found).toBeCloseTo(mean, 8);
      const exact = finite.reduce((sum, score) => sum + (score - mean) ** 2, 0);
      expect(Math.abs(squares - exact)).toBeLessThan(1e-9 * Math.max(1, exact));
      expect([...b.sums]).toEqual([...a.sums]);
      expect(Buffer.from(b.weights.slice().buffer).equals(Buffer.from(a.weights.slice().buffer))).toBe(true);
      for (let i = 0; i < 20; i++) {
        const id = Math.floor(u() * tokens);
        expect(b.massAbove(scores[id]!)).toBe(a.massAbove(scores[id]!));
        expect(b.massNear(-1.5, Math.abs(a.logs[id]!))).toBe(a.massNear(-1.5, Math.abs(a.logs[id]!)));
        expect(b.countEqual(id, scores[id]!)).toBe(a.countEqual(id, scores[id]!));
        const target = u() * total;
        expect(b.at(target)).toBe(a.at(target));
      }
    }
    for (const row of [a, b]) {
      const least = Math.fround(peak - 1.5);
      const total = row.weigh(1.25, peak * 1.25, least);
      const weights = row.weights.slice();
      row.weigh(1.25, peak * 1.25);
      expect(row.keep(least)).toBe(total);
      expect([...row.weights]).toEqual([...weights]);
    }
    const order = [...scores.keys()]
      .filter((id) => scores[id]! > -Infinity)
      .sort((i, j) => scores[j]! - scores[i]! || i - j);
    const found = (row: DrawRow, n: number): [number[], number[]] => [
      [...row.ids.subarray(0, n)],
      [...row.best.subarray(0, n)],
    ];
    for (const row of [a, b]) {
      for (const k of [1, 2, 40, 300, tokens]) {
        const wanted = order.slice(0, k);
        expect(row.findBest(k)).toBe(wanted.length);
        expect(found(row, wanted.length)).toEqual([wanted, wanted.map((id) => scores[id]!)]);
      }
      for (const below of [0, 0.5, 3, Infinity]) {
        const least = Math.fround(peak - below);
        const wanted = order.filter((id) => scores[id]! >= least);
        expect(row.findAbove(least, wanted.length - 1)).toBe(-1);
        expect(row.findAbove(least, wanted.length)).toBe(wanted.length);
        expect(found(row, wanted.length)[0]).toEqual(wanted);
      }
    }
  });

  it("weights are exp to 3e-6, and 0 far away", () => {
    const u = random(tokens);
    const scores = Float32Array.from({ length: tokens }, () => 60 * u());
    const row = filled(drawRow(tokens, true), scores);
    const peak = row.peak();
    row.weigh(1, peak);
    for (let id = 0; id < tokens; id++) {
      const exact = Math.exp(scores[id]! - peak);
      if (exact > 1e-12) expect(Math.abs(row.weights[id]! / exact - 1)).toBeLessThan(3e-6);
    }
  });

  it.each([
    ["NaN", 0x7fc00000],
    ["NaN with a sign", 0xffc00000],
    ["+Infinity", 0x7f800000],
  ])("%s is found wherever it is", (_, wrong) => {
    for (const wasm of [true, false]) {
      const row = filled(drawRow(tokens, wasm), new Float32Array(tokens));
      const bits = new Int32Array(row.scores.buffer, row.scores.byteOffset, tokens);
      for (let id = 0; id < tokens; id += id < 130 ? 1 : 97) {
        const before = bits[id]!;
        bits[id] = wrong;
        expect(row.peak()).toBeNaN();
        bits[id] = before;
      }
      expect(row.peak()).not.toBeNaN();
    }
  });
});
