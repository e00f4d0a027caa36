import { describe, expect, it } from "vitest";
import { logitsOf, scoresOf } from "../../test/support/scores.js";
import { type Batch, takeRows, uniform } from "../core/index.js";
import { classScores, conformalScores, fitConformal, inSet, labelScores, predictSets } from "./index.js";

const row = [0.5, 0.3, 0.2];
const u = 1;

describe("scores of a row with probabilities .5, .3, .2", () => {
  it.each<[score: string, params: Record<string, number>, expected: number[], why: string]>([
    ["lac", {}, [0.5, 0.7, 0.8], "1 − p"],
    ["aps", {}, [0.5, 0.8, 1], "the mass above and all of its own"],
    ["raps", {}, [0.5, 0.9, 1.2], "λ .1 for each rank after the first"],
    ["raps", { lambda: 0, kReg: 0 }, [0.5, 0.8, 1], "λ 0 is APS"],
    ["raps", { lambda: 0.5, kReg: 2 }, [0.5, 0.8, 1.5], "two ranks are free"],
    ["saps", {}, [0.5, 0.7, 0.9], "the largest probability, then .2 a rank"],
    ["topK", {}, [1, 2, 3], "the rank"],
    ["margin", {}, [Math.log(3 / 5), Math.log(5 / 3), Math.log(5 / 2)], "logits behind the best other"],
    ["sigmoid", {}, [2 / 3, 1 / 1.3, 1 / 1.2], "1/(1 + e^z), z = ln p"],
  ])("%s %o is %o: %s", (score, params, expected) => {
    const { scores } = classScores(logitsOf([row]), { score, params, randomise: false });
    for (const [k, value] of expected.entries()) expect(scores[k]!).toBeCloseTo(value, 12);
  });

  it.each(conformalScores.map(({ name }) => name))(
    "%s takes tied classes alike and does not change its input",
    (score) => {
      const batch = logitsOf([
        [0.4, 0.2, 0.4],
        [1 / 3, 1 / 3, 1 / 3],
      ]);
      const before = batch.values.slice();
      const { scores } = classScores(batch, { score });
      expect(scores[0]).toBe(scores[2]);
      expect(new Set(scores.slice(3)).size).toBe(1);
      expect(batch.values).toEqual(before);
    },
  );
});

/** Rows from hardly sure to logits that are 900 apart, some classes masked; f32 as models give them. */
function wild(rows: number, classes: number, seed = 5): Batch {
  const values = new Float32Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const scale = 10 ** (4 * uniform(seed, "simulation", i, 1000) - 1);
    for (let k = 0; k < classes; k++)
      values[i * classes + k] =
        uniform(seed, "simulation", i, k + 2000) < 0.1 && k > 0
          ? -Infinity
          : scale * (uniform(seed, "simulation", i, k) - 0.5);
    labels[i] = Math.floor(classes * uniform(seed, "simulation", i, 1001));
    if (values[i * classes + labels[i]!] === -Infinity) labels[i] = 0;
  }
  return { kind: "logits", values, labels, rows, classes };
}

describe.each(conformalScores.map((score) => [score.name, score] as const))("%s", (name, { gauge, fine }) => {
  it.each([2, 7, 40, 41, 300])(
    "gives a label the score that its column has, to the last bit, of %i classes",
    (classes) => {
      const batch = wild(60, classes);
      for (const randomise of [true, false]) {
        const own = labelScores(batch, { score: name, randomise, seed: 3 }, "apply");
        const all = classScores(batch, { score: name, randomise, seed: 3 }, "apply");
        for (let i = 0; i < batch.rows; i++) {
          const at = i * classes + batch.labels![i]!;
          expect(own.scores[i]).toBe(all.scores[at]);
          if (fine) expect(own.fine!(i)).toBe(all.fine[at]);
        }
      }
    },
  );

  it("has sets that are nested in α, the randomised ones too", () => {
    const calibration = wild(300, 7);
    const rows = wild(80, 7, 6);
    const alphas = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 0.95];
    const sets = alphas.map((alpha) => predictSets(rows, fitConformal(calibration, { alpha, score: name }).document));
    for (let i = 1; i < alphas.length; i++)
      for (let r = 0; r < rows.rows; r++)
        for (let k = 0; k < 7; k++) if (inSet(sets[i]!, r, k)) expect(inSet(sets[i - 1]!, r, k)).toBe(true);
    expect(sets[0]!.sizes.reduce((a, b) => a + b)).toBeGreaterThan(sets.at(-1)!.sizes.reduce((a, b) => a + b));
  });

  it("gives a row the same set however rows are divided, and by id in whatever order", () => {
    const calibration = wild(200, 7);
    const rows = wild(50, 7, 6);
    const { document } = fitConformal(calibration, { score: name, alpha: 0.3 });
    const whole = predictSets(rows, document);
    const second = predictSets(
      {
        ...takeRows(
          rows,
          Array.from({ length: 30 }, (_, i) => 20 + i),
        ),
        offset: 20,
      },
      document,
    );
    expect(second.mask).toEqual(whole.mask.slice(20));
    const ids = Array.from({ length: 50 }, (_, i) => `row ${i}`);
    const byId = predictSets({ ...rows, ids }, document);
    const backwards = predictSets(
      takeRows(
        { ...rows, ids },
        Array.from({ length: 50 }, (_, i) => 49 - i),
      ),
      document,
    );
    expect(backwards.mask).toEqual(byId.mask.toReversed());
  });

  const rows = [
    [2, 1.5, 0, -3],
    [10, -10, 9, 9],
    [0, 0, 0, 1],
  ];

  it("is not changed by the order of classes", () => {
    const order = [3, 1, 0, 2];
    const plain = classScores(scoresOf(rows), { score: name }).scores;
    const permuted = classScores(scoresOf(rows.map((one) => order.map((k) => one[k]!))), { score: name }).scores;
    for (let i = 0; i < 12; i++) expect(permuted[i]).toBe(plain[4 * Math.floor(i / 4) + order[i % 4]!]);
  });

  it.skipIf(gauge === "raw")("is not changed by a constant added to a row (of one that needs raw logits it is)", () => {
    const plain = classScores(scoresOf(rows), { score: name }).scores;
    const shifted = classScores(scoresOf(rows.map((one) => one.map((z) => z + 8))), { score: name }).scores;
    for (let i = 0; i < 12; i++) expect(shifted[i]).toBeCloseTo(plain[i]!, 12);
  });

  it("gives a masked class an infinite score", () => {
    const { scores } = classScores(scoresOf([[1, -Infinity, 0]]), { score: name });
    expect(scores[1]).toBe(Infinity);
    expect(scores[0]).toBeLessThan(Infinity);
  });

  it.each([
    [[1, NaN, 0], "Cannot use row 1, column 1: a score must be finite or -Infinity, got NaN"],
    [[1, Infinity, 0], "Cannot use row 1, column 1: a score must be finite or -Infinity, got Infinity"],
    [[-Infinity, -Infinity, -Infinity], "Cannot use row 1: at least one class must not be masked"],
  ])("refuses %o", (bad, message) => {
    expect(() => classScores(scoresOf([[1, 2, 3], bad]), { score: name })).toThrow(message);
  });

  it("works on one class and one row", () => {
    const { document, warnings } = fitConformal(scoresOf([[3]], [0]), { score: name, alpha: 0.5 });
    expect(warnings).toEqual([]);
    expect(inSet(predictSets(scoresOf([[3]]), document), 0, 0) || u === 1).toBe(true);
  });
});

it("rows of one id have numbers of their own, so that coverage is not all or nothing", () => {
  const rows = (seed: number): Batch => ({
    ...scoresOf(
      Array.from({ length: 400 }, (_, i) => [9 + uniform(seed, "simulation", i), 0, 0]),
      Array.from({ length: 400 }, () => 0),
    ),
    ids: Array.from({ length: 400 }, () => "host"),
  });
  const { document } = fitConformal(rows(1), { score: "aps", alpha: 0.3 });
  const sets = predictSets(rows(2), document);
  const covered = Array.from({ length: 400 }, (_, row) => inSet(sets, row, 0)).filter(Boolean).length;
  expect(covered / 400).toBeGreaterThan(0.6);
  expect(covered / 400).toBeLessThan(0.8);
});

describe("rows that differ by a constant", () => {
  it.each(conformalScores.filter(({ gauge }) => gauge !== "raw").map(({ name }) => name))(
    "%s ties them to the last bit",
    (score) => {
      const rows = Array.from({ length: 200 }, (_, i) =>
        Array.from({ length: 5 }, (_none, k) => Math.round(6 * uniform(1, "simulation", i, k))),
      );
      const of = (shift: number) =>
        classScores(scoresOf(rows.map((one) => one.map((z) => z + shift))), { score, randomise: false });
      expect(of(-3)).toEqual(of(0));
      expect(of(5)).toEqual(of(0));
    },
  );
});

describe("confident rows", () => {
  /** Two classes; the truth is the second, with probability e^−gap: as 1 − p all would be 1. */
  const sure = (gaps: number[]): Batch =>
    scoresOf(
      gaps.map((gap) => [gap, 0, -5]),
      gaps.map(() => 1),
    );

  it.each(["lac", "aps", "raps", "saps", "margin"])(
    "%s still orders rows whose score rounds to the same number",
    (score) => {
      const gaps = Array.from({ length: 99 }, (_, i) => 60 + 10 * i);
      const { document } = fitConformal(sure(gaps), { score, alpha: 0.5, randomise: false });
      // The 50th of 99.
      const sets = predictSets(sure([549, 550, 551]), document);
      const inside = [0, 1, 2].map((row) => inSet(sets, row, 1));
      expect(inside).toEqual([true, true, false]);
    },
  );
});
