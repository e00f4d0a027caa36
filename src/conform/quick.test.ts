import { afterEach, describe, expect, it } from "vitest";
import { type Batch, uniform } from "../core/index.js";
import { type Implementation, useImplementation } from "../kernels/index.js";
import { classScores, conformalScores, fitConformal, inSet, predictSets, type Sets } from "./index.js";
import { scoringOf } from "./document.js";
import { quickThreshold } from "./quick.js";
import { quickSets } from "./quickSets.js";

/** f32 rows of very different confidence; labels mostly those of large scores. */
function rowsOf(rows: number, classes: number, scale: number, masked = 0): Batch {
  const values = Float32Array.from(
    { length: rows * classes },
    (_, i) => scale * uniform(2, "simulation", i) * uniform(3, "simulation", Math.floor(i / classes)),
  );
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return uniform(4, "simulation", row) < 0.7
      ? own.indexOf(Math.max(...own))
      : Math.floor(classes * uniform(5, "simulation", row));
  });
  for (let row = 0; row < masked; row++) if (classes > 1) values[7 * row * classes + labels[7 * row]!] = -Infinity;
  return { kind: "logits", values, labels, rows, classes };
}

const tables: [string, Batch][] = [
  ["soft rows", rowsOf(6000, 7, 8)],
  ["rows so sure that most scores round to 1 or 0", rowsOf(6000, 7, 3000)],
  ["as many classes as are compared with each other", rowsOf(5000, 40, 20)],
  ["many classes", rowsOf(5000, 90, 20)],
  ["rows that tie", { ...rowsOf(6000, 3, 1), values: rowsOf(6000, 3, 3).values.map(Math.round) }],
  ["masked labels", rowsOf(6000, 5, 8, 300)],
  ["one class", rowsOf(5000, 1, 8)],
  ["rows in the order of their scores, of which a sample says little", inOrder(rowsOf(6000, 7, 8))],
  ["numbers of f64", { ...rowsOf(6000, 7, 8), values: Float64Array.from(rowsOf(6000, 7, 8).values, (z) => z / 3) }],
  ["rows from the middle of a source", { ...rowsOf(6000, 7, 8), offset: 2 ** 32 - 1001 }],
  ["rows with ids", { ...rowsOf(6000, 7, 8), ids: Array.from({ length: 6000 }, (_, row) => `id ${row % 5000}`) }],
];

/** The sure rows first, and of every thousand one that is not. */
function inOrder(batch: Batch): Batch {
  const { values, classes } = batch;
  return {
    ...batch,
    values: values.map((z, i) => (Math.floor(i / classes) % 1000 < 999 && i < values.length / 2 ? 20 * z : z)),
  };
}

const ways: [number, boolean, Implementation][] = [
  [0.01, true, "wasm"],
  [0.1, false, "wasm"],
  [0.3, true, "reference"],
];

afterEach(() => useImplementation());

describe.each(conformalScores.map(({ name }) => name))("%s: the quick way", (score) => {
  it.each(tables)("gives the exact threshold and the exact sets, to the last bit: %s", (_, batch) => {
    for (const [alpha, randomise, implementation] of ways) {
      useImplementation(implementation);
      const options = { score, alpha, randomise, seed: 3 };
      const { document, warnings } = fitConformal(batch, options);
      const exact = fitConformal(batch, { ...options, keepScores: true });
      expect(document.params.thresholds).toEqual(exact.document.params.thresholds);
      expect(warnings).toEqual(exact.warnings);
      expectExact(predictSets(batch, document), batch, document);
    }
  });

  it("leaves groups that have no threshold every class", () => {
    const halves = (first: string): Batch => ({
      ...rowsOf(6000, 7, 8, 50),
      slices: { half: Array.from({ length: 6000 }, (_, row) => (row % 2 ? "odd" : first)) },
    });
    const { document } = fitConformal(halves("even"), { score, group: "half" });
    const sets = predictSets(halves("new"), document);
    expect(sets.unseen).toBe(3000);
    expect(sets.sizes.filter((size, row) => size === 7 && row % 2 === 0).length).toBe(3000);
    expectExact(sets, halves("new"), document);
  });

  it("names a row that cannot be used, as the exact way does", () => {
    const batch = rowsOf(6000, 7, 8);
    const { document } = fitConformal(batch, { score });
    batch.values[7 * 5999 + 3] = NaN;
    const named = "Cannot use row 5999, column 3: a score must be finite or -Infinity, got NaN";
    expect(() => fitConformal(batch, { score })).toThrow(named);
    expect(() => predictSets(batch, document)).toThrow(named);
  });
});

it("leaves few rows to be scored exactly", () => {
  const batch = rowsOf(6000, 7, 8);
  const { document } = fitConformal(batch, { score: "aps" });
  const scoring = scoringOf(document, conformalScores);
  expect(quickThreshold(batch, scoring, 0.1)?.threshold).toEqual(document.params.thresholds[0]);
  const sets = predictSets(batch, document);
  const limits = new Float64Array(6000).fill(Number(document.params.thresholds[0]!.score));
  expect(quickSets(sets, batch, scoring, limits).length).toBeLessThan(60);
});

/** By the scores of all classes, which have no quick way. */
function expectExact(sets: Sets, batch: Batch, document: ReturnType<typeof fitConformal>["document"]): void {
  const { classes, slices } = batch;
  const { randomise, seed, thresholds, groups } = document.params;
  const { scores, fine } = classScores(batch, { score: document.method, randomise, seed });
  const wrong: string[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const limit = groups ? thresholds[groups.indexOf(slices!.half![row]!)] : thresholds[0]!;
    let size = 0;
    for (let k = 0; k < classes; k++) {
      const at = row * classes + k;
      const most = limit ? Number(limit.score) : Infinity;
      const inside = scores[at]! < most || (scores[at] === most && (!limit || fine[at]! <= Number(limit.fine)));
      if (inside) size++;
      if (inside !== inSet(sets, row, k)) wrong.push(`row ${row}, class ${k}`);
    }
    if (sets.sizes[row] !== size) wrong.push(`row ${row}: ${sets.sizes[row]} for ${size}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}
