import { describe, expect, it } from "vitest";
import { scoresOf } from "../../test/support/scores.js";
import { type Batch, uniform } from "../core/index.js";
import {
  conformalPValues,
  conformalRank,
  type ConformOptions,
  fitConformal,
  inSet,
  measureSets,
  predictSets,
  rowsNeeded,
  setOf,
  validateConformal,
} from "./index.js";

/** `rows` rows of three classes; those of class 2 are harder than the others. */
function rowsOf(rows: number, seed = 1): Batch {
  const values = new Float64Array(3 * rows);
  const labels = new Int32Array(rows);
  const region: string[] = [];
  for (let i = 0; i < rows; i++) {
    const label = Math.floor(3 * uniform(seed, "simulation", i, 0));
    labels[i] = label;
    region.push(i % 4 === 0 ? "north" : "south");
    for (let k = 0; k < 3; k++)
      values[3 * i + k] = 2 * uniform(seed, "simulation", i, 1 + k) + (k === label ? 1.5 - label / 2 : 0);
  }
  return { kind: "logits", values, rows, classes: 3, labels, slices: { region } };
}

describe("the fewest rows", () => {
  it.each([
    [0.1, 9],
    [0.05, 19],
    [0.01, 99],
    [0.3, 3],
    [1 / 3, 2],
    [0.9, 1],
  ])("α %d needs %i", (alpha, rows) => {
    expect(rowsNeeded(alpha)).toBe(rows);
    expect(conformalRank(rows, alpha)).toBeLessThanOrEqual(rows);
    expect(conformalRank(rows - 1, alpha)).toBeGreaterThan(rows - 1);
  });

  it("with fewer, every set holds every class and a warning says so; masked classes too", () => {
    const { document, warnings } = fitConformal(rowsOf(8), { score: "lac" });
    expect(document.params.thresholds).toEqual([{ score: "Infinity", fine: "Infinity", rows: 8, rank: 9 }]);
    expect(warnings).toEqual([
      "Alpha 0.1 needs 9 calibration rows: 8. The threshold is infinite, and every set holds every class.",
    ]);
    const sets = predictSets(scoresOf([[1, -Infinity, 0]]), document);
    expect(setOf(sets, 0)).toEqual([0, 1, 2]);
    expect(sets.everything[0]).toBe(1);
  });

  it("a masked true class has an infinite score: said, and infinite sets once more than α are", () => {
    const masked = (count: number): Batch => {
      const batch = rowsOf(99);
      for (let i = 0; i < count; i++) batch.values[3 * i + batch.labels![i]!] = -Infinity;
      return batch;
    };
    const few = fitConformal(masked(9), { score: "lac" });
    expect(few.document.params.thresholds[0]!.score).toBeLessThan(1);
    expect(few.warnings[0]).toMatch("The true class is masked (-Infinity) in 9 of 99 rows");
    const many = fitConformal(masked(10), { score: "lac" });
    expect(many.document.params.thresholds[0]!.score).toBe("Infinity");
    expect(many.warnings[1]).toMatch("More than 10 % of true classes are masked");
  });

  it("rows that are all the same tie: every class, or none, never an error", () => {
    const same: Batch = { ...scoresOf(Array.from({ length: 50 }, () => [1, 1, 1])), labels: new Int32Array(50) };
    const { document } = fitConformal(same, { score: "lac" });
    expect(setOf(predictSets(same, document), 0)).toEqual([0, 1, 2]);
    const random = predictSets(same, fitConformal(same, { score: "aps" }).document);
    expect(new Set(random.sizes)).toEqual(new Set([0, 3]));
  });
});

describe("thresholds of parts", () => {
  const batch = rowsOf(3000);
  const others = rowsOf(3000, 2);

  it("by class, every class is covered; in common, the hard one is not", () => {
    const covered = (options: ConformOptions): number[] => {
      const { document } = fitConformal(batch, { score: "lac", ...options });
      return measureSets(predictSets(others, document), others).byClass.map(({ coverage }) => coverage.value);
    };
    for (const coverage of covered({ by: "class" })) expect(Math.abs(coverage - 0.9)).toBeLessThan(0.035);
    expect(covered({})[2]).toBeLessThan(0.85);
  });

  it("by group, each has the threshold that it has alone", () => {
    const { document } = fitConformal(batch, { score: "lac", group: "region" });
    expect(document.params.groups).toEqual(["north", "south"]);
    const north = Array.from({ length: 750 }, (_, i) => 4 * i);
    const alone = scoresOf(
      north.map((i) => Array.from(batch.values.subarray(3 * i, 3 * i + 3))),
      north.map((i) => batch.labels![i]!),
    );
    expect(document.params.thresholds[0]).toEqual(fitConformal(alone, { score: "lac" }).document.params.thresholds[0]);
    expect(
      measureSets(predictSets(others, document), others, undefined, "region").byGroup!.map(({ group }) => group),
    ).toEqual(["north", "south"]);
  });

  it("a group that calibration has not seen gets every class, and is counted", () => {
    const { document } = fitConformal(batch, { score: "lac", group: "region" });
    const sets = predictSets(
      {
        ...scoresOf([
          [9, 0, 0],
          [9, 0, 0],
        ]),
        slices: { region: ["west", "north"] },
      },
      document,
    );
    expect([sets.unseen, setOf(sets, 0), setOf(sets, 1)]).toEqual([1, [0, 1, 2], [0]]);
  });

  it("rows without the column are refused", () => {
    expect(() => fitConformal(scoresOf([[1, 2]], [0]), { group: "region" })).toThrow(
      "Cannot group these rows: group must be one of their slice columns (none), got region",
    );
  });

  it("clusters put classes together whose scores are alike, and rare ones with all rows", () => {
    // Classes 0–3 are easy, 4–7 hard, 8 has three rows.
    const values: number[][] = [];
    const labels: number[] = [];
    for (let i = 0; i < 4000; i++) {
      const label = i < 3 ? 8 : i % 8;
      labels.push(label);
      values.push(
        Array.from(
          { length: 9 },
          (_, k) => 2 * uniform(4, "simulation", i, k) + (k === label ? (label < 4 ? 5 : 0.5) : 0),
        ),
      );
    }
    const one = fitConformal(scoresOf(values, labels), { score: "lac", by: "cluster" });
    expect(one.document.params.clusters).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(one.warnings[0]).toMatch("so few rows of the rarest class (3) suggest one cluster");
    const two = fitConformal(scoresOf(values, labels), { score: "lac", by: "cluster", clusters: 2 }).document;
    expect(new Set(two.params.clusters!.slice(0, 4)).size).toBe(1);
    expect(new Set(two.params.clusters!.slice(4, 8)).size).toBe(1);
    expect(two.params.clusters![0]).not.toBe(two.params.clusters![4]);
    expect(two.params.clusters![8]).toBe(two.params.thresholds.length - 1);
  });

  it("a class without calibration rows is in every set, and named", () => {
    const { document, warnings } = fitConformal(
      { ...batch, labels: batch.labels!.map((k) => k % 2) },
      { by: "class", score: "lac", classes: ["a", "b", "c"] },
    );
    expect(warnings[0]).toMatch(
      "Alpha 0.1 needs 9 calibration rows of each class: class c has 0. The threshold is infinite, and these classes are in every set.",
    );
    expect(inSet(predictSets(others, document), 0, 2)).toBe(true);
  });
});

describe("p-values", () => {
  it("are above α exactly where the class is in the set", () => {
    const { document } = fitConformal(rowsOf(60), { score: "aps", keepScores: true });
    const rows = rowsOf(40, 9);
    const p = conformalPValues(rows, JSON.parse(JSON.stringify(document)));
    for (const alpha of [0.03, 0.1, 0.25, 0.5, 2 / 61, 6 / 61]) {
      const sets = predictSets(rows, fitConformal(rowsOf(60), { score: "aps", alpha }).document);
      for (let r = 0; r < 40; r++)
        for (let k = 0; k < 3; k++) expect(inSet(sets, r, k)).toBe(p[r]!.p[k]! > alpha * (1 + 1e-12));
    }
    for (const { p: own, credibility, confidence } of p) {
      const [first, second] = [...own].sort((a, b) => b - a);
      expect([credibility, confidence]).toEqual([first, 1 - second!]);
    }
  });
});

describe("what is refused", () => {
  const batch = rowsOf(30);
  it.each<[ConformOptions, string]>([
    [{ alpha: 0 }, "alpha must be a number in (0, 1), got 0"],
    [{ alpha: 1 }, "alpha must be a number in (0, 1), got 1"],
    [{ alpha: NaN }, "alpha must be a number in (0, 1), got NaN"],
    [{ score: "best" }, "score must be one of lac, aps, raps, saps, topK, margin, sigmoid, got best"],
    [{ score: "lac", params: { lambda: 1 } }, "Cannot score by lac: it has no parameter, got lambda"],
    [{ score: "saps", params: { lambda: 0 } }, "lambda must be a number > 0, got 0"],
    [{ by: "group" as "all" }, "by must be one of all, class, cluster, got group"],
    [{ by: "class", group: "region" }, "by must be all when group is given, got class"],
    [{ by: "class", keepScores: true }, "Cannot keep scores for p-values: by must be all, got class"],
    [{ by: "cluster", clusters: 0 }, "clusters must be an integer ≥ 1, got 0"],
  ])("%o: %s", (options, message) => {
    expect(() => fitConformal(batch, options)).toThrow(message);
  });

  it("rows without labels, without rows, and probabilities where logits of yes and no are needed", () => {
    const { labels: _, ...unlabelled } = batch;
    expect(() => fitConformal(unlabelled)).toThrow("every row must have a label, got none");
    expect(() => fitConformal({ ...batch, rows: 0, values: new Float64Array(), labels: new Int32Array() })).toThrow(
      "at least 1 row, got 0",
    );
    expect(() => fitConformal({ ...batch, kind: "logprobs" }, { score: "sigmoid" })).toThrow(
      "needs one logit of yes or no for each class",
    );
  });

  const { document } = fitConformal(batch, { classes: ["a", "b", "c"] });
  it.each<[change: object, message: string]>([
    [{ kind: "calibrator" }, 'kind must be "conformal", got "calibrator"'],
    [{ version: 2 }, "version must be 1, got 2"],
    [{ method: "best" }, "method must be one of"],
    [{ params: { ...document.params, alpha: 2 } }, "alpha must be a number in (0, 1), got 2"],
    [{ params: { ...document.params, thresholds: [] } }, "thresholds must be a list"],
    [{ params: { ...document.params, thresholds: [{ score: null, fine: 0 }] } }, "a threshold must have numbers"],
    [{ params: { ...document.params, by: "class" } }, "there must be a threshold for each of 3 classes, got 1"],
    [
      { params: { ...document.params, by: "cluster", clusters: [0, 1, 0] } },
      "clusters must name a threshold for each class",
    ],
    [{ params: { ...document.params, by: "group" } }, "one name of a group for each threshold"],
    [{ params: { ...document.params, lambda: -1 } }, "lambda must be a number ≥ 0, got -1"],
    [{ params: { ...document.params, randomise: "yes" } }, "randomise must be true or false"],
  ])("a document with %o", (change, message) => {
    expect(() => validateConformal({ ...document, ...change }, 3)).toThrow(message);
  });

  it("a document of other classes, by number and by name", () => {
    expect(() => predictSets(scoresOf([[1, 2]]), document)).toThrow("the scores must have its 3 classes, got 2");
    expect(() => validateConformal(document, ["a", "c", "b"])).toThrow(
      "class 1 of the scores must be b, as where it was fitted, got c",
    );
    expect(validateConformal(JSON.parse(JSON.stringify(document)), ["a", "b", "c"])).toEqual(document);
  });

  it("rows that still need the document's calibrator", () => {
    const own = { ...document, calibrator: { method: "temperature", params: { temperature: 2 } } };
    expect(() => predictSets(batch, own)).toThrow("the rows must have been calibrated by the document's temperature");
    expect(predictSets(batch, own, { calibrated: true }).rows).toBe(30);
  });
});
