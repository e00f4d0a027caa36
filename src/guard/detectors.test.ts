import { detectors } from "logits/guard";
import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";
import { scoresOf } from "../../test/support/scores.js";
import { type Batch, checkParams, type Params, predictions, type Replicates } from "../core/index.js";
import { separation } from "../stats/separation.js";
import type { Detector, GuardRows } from "./method.js";
import { combine, place, type Ready, shares, twoSided } from "./ranks.js";

interface Golden {
  learn: number[][];
  new: number[][];
  copies: number[][][];
  shrinkage: number;
  detectors: Record<string, number[]>;
  replicated: Record<string, number[]>;
  benign: number[];
  ranks: [x: number, below: number, above: number, p: number][];
  combined: {
    ranks: number[][];
    again: number[];
    fresh: number[][];
    score: number[];
    p: number[];
    bonferroni: number[];
  };
  auroc: [above: number[], below: number[], area: number];
}
const truth = golden<Golden>("guard");

const named = (name: string): Detector => detectors.find((one) => one.name === name)!;
const copiesOf = (all: number[][][]): Replicates => ({
  values: Float64Array.from(all.flat(2)),
  rows: all.length,
  replicates: all[0]!.length,
  classes: all[0]![0]!.length,
});
const rowsOf = (batch: Batch, replicates?: Replicates): GuardRows => ({
  scores: predictions(batch),
  ...(replicates && { replicates }),
});
const learning = rowsOf(scoresOf(truth.learn), copiesOf(truth.learn.map((row) => [row, row.map((z, k) => z + k / 9)])));

function measured(name: string, rows: GuardRows, params: Params = {}): number[] {
  const detector = named(name);
  const all = checkParams(detector, params);
  return [...detector.measure(all, detector.learn?.(learning, all), rows.scores.classes)(rows)];
}

describe("detectors say what NumPy and SciPy say", () => {
  const fresh = rowsOf(scoresOf(truth.new));
  it.each(["margin", "maxLogit", "logSumExp", "mahalanobis", "gen", "klMatching", "variance"])("%s", (name) => {
    const found = measured(name, fresh);
    truth.detectors[name]!.forEach((value, row) => {
      expect(Math.abs(found[row]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
    });
  });

  it("gen over the two most probable classes", () => {
    measured("gen", fresh, { most: 2 }).forEach((value, row) =>
      expect(value).toBeCloseTo(truth.detectors["genMost2"]![row]!, 9),
    );
  });

  it.each(["flipRate", "squeeze", "disagreement", "mutualInformation"])("%s of replicates", (name) => {
    const found = measured(name, rowsOf(scoresOf(truth.new), copiesOf(truth.copies)));
    truth.replicated[name]!.forEach((value, row) => expect(found[row]).toBeCloseTo(value, 9));
  });
});

describe("p-values", () => {
  it.each(truth.ranks)("%d among 40 benign values, counted", (x, below, above, p) => {
    const found = shares(Float64Array.from(truth.benign).sort(), x);
    expect(found.below).toBeCloseTo(below, 12);
    expect(found.above).toBeCloseTo(above, 12);
    expect(twoSided(found.below, found.above)).toBeCloseTo(p, 12);
  });

  it("three combined by Fisher's sum and by the smallest, as counted elsewhere", () => {
    const { ranks, fresh, score, p, bonferroni, again } = truth.combined;
    const ready: Ready[] = ranks.map((_, j) => ({
      detector: { ...named("margin"), name: String(j) },
      values: () => Float64Array.from(fresh, (row) => row[j]!),
    }));
    const groups = new Map([["pooled", ranks.map((values) => Float64Array.from(values).sort())]]);
    const scale = new Map([["pooled", ranks.map(() => [0, 1])]]);
    const rows = rowsOf(scoresOf(fresh));
    const found = place("fisher", ready, groups, scale, rows);
    const sorted = Float64Array.from(again).sort();
    found.score.forEach((value, row) => {
      expect(value).toBeCloseTo(score[row]!, 9);
      expect(shares(sorted, value - 1e-9).above).toBeCloseTo(p[row]!, 12);
    });
    place("bonferroni", ready, groups, scale, rows).score.forEach((value, row) =>
      expect(Math.min(1, 3 * Math.exp(-value / 2))).toBeCloseTo(bonferroni[row]!, 12),
    );
    expect(combine("bonferroni", [0.5, 0.02, 0.3])).toBeCloseTo(-2 * Math.log(0.02), 12);
  });

  it("the area under the curve is scikit-learn's, ties counted half", () => {
    const [above, below, area] = truth.auroc;
    expect(separation(above, below).value).toBeCloseTo(area, 12);
  });
});

describe.each(detectors.map((detector) => [detector.name, detector] as const))(
  "%s, as every detector",
  (name, detector) => {
    const batch = scoresOf(truth.new);
    const copies = copiesOf(truth.copies);
    const shift = (z: number): number => z + 7;

    it(`${detector.gauge === "raw" ? "changes" : "does not change"} when a constant is added to a row, as its gauge says`, () => {
      const moved = { ...batch, values: batch.values.map(shift) as Float64Array };
      const before = measured(name, rowsOf(batch, copies));
      const after = measured(name, rowsOf(moved, { ...copies, values: copies.values.map(shift) as Float64Array }));
      const same = before.every((value, row) => Math.abs(value - after[row]!) <= 1e-8 * Math.max(1, Math.abs(value)));
      expect(same).toBe(detector.gauge !== "raw");
    });

    it("leaves its input as it was, and is finite where classes are masked", () => {
      const masked = scoresOf([
        [3, 1, -Infinity, 0],
        [2, -Infinity, -Infinity, -Infinity],
      ]);
      const values = Float64Array.from([0, 1].flatMap(() => [3, 1, -Infinity, 0, 2, 1.5, -Infinity, 0]));
      const own = rowsOf(masked, { values, rows: 2, replicates: 2, classes: 4 });
      const before = [masked.values.slice(), values.slice()];
      for (const value of measured(name, own)) expect(Number.isFinite(value)).toBe(true);
      expect([masked.values, values]).toEqual(before);
    });

    it("names its source, and its words are those of a tail", () => {
      expect(detector.source.length).toBeGreaterThan(10);
      for (const tail of Object.values(detector.says)) expect(["low", "high", "odd"]).toContain(tail);
      expect(JSON.stringify(detector)).not.toMatch(/adversarial/i);
    });
  },
);

it("rows that are all alike have a singular covariance, and distances from it all the same", () => {
  const alike = rowsOf(scoresOf(Array.from({ length: 30 }, () => [2, 1, 0])));
  const detector = named("mahalanobis");
  const learned = detector.learn!(alike, {});
  const found = detector.measure(
    {},
    learned,
    3,
  )(
    rowsOf(
      scoresOf([
        [2, 1, 0],
        [2, 1, 3],
      ]),
    ),
  );
  expect(found[0]).toBe(0);
  expect(found[1]).toBeGreaterThan(1);
  expect(Number.isFinite(found[1])).toBe(true);
});
