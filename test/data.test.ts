import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Batch, collect, predictions, read } from "logits";
import { describe, expect, it } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../data/${name}.npz`, import.meta.url));
const load = async (name: string): Promise<Batch> => collect(await read(path(name)));
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

// accuracy, confidence and NLL: numpy 2.4.6 and scipy 1.17.1 (log_softmax in f64) on the same files.
const expected = [
  {
    name: "languages.val",
    rows: 1382,
    classes: 50,
    slice: "declaration",
    accuracy: 0.8950795948,
    confidence: 0.9202232061,
    nll: 0.7260452629,
  },
  {
    name: "languages.test",
    rows: 1364,
    classes: 50,
    slice: "declaration",
    accuracy: 0.8892961877,
    confidence: 0.9148921804,
    nll: 0.767717895,
  },
  {
    name: "spam.val",
    rows: 1137,
    classes: 2,
    slice: "month",
    accuracy: 0.963060686,
    confidence: 0.9941566744,
    nll: 0.4599242812,
  },
  {
    name: "spam.test",
    rows: 2501,
    classes: 2,
    slice: "month",
    accuracy: 0.8972411036,
    confidence: 0.9815568539,
    nll: 0.7104617132,
  },
];

describe("the built-in data", () => {
  it.each(expected)("$name has its rows, classes, ids and slices", async ({ name, rows, classes, slice }) => {
    const batch = await load(name);
    expect(batch).toMatchObject({ kind: "logits", rows, classes });
    expect(new Set(batch.ids).size).toBe(rows);
    expect(Object.keys(batch.slices!)).toEqual([slice]);
    expect(batch.slices![slice]).toHaveLength(rows);
  });

  it.each(expected)("$name is as right and as sure as another library says", async (row) => {
    const { correct, confidence, nll } = predictions(await load(row.name));
    expect(mean(correct!)).toBeCloseTo(row.accuracy, 9);
    expect(mean(confidence)).toBeCloseTo(row.confidence, 7);
    expect(mean(nll!)).toBeCloseTo(row.nll, 7);
  });

  it("every language of the validation half is in the test half, and no text is in both", async () => {
    const [val, test] = await Promise.all([load("languages.val"), load("languages.test")]);
    expect(new Set(test.labels)).toEqual(new Set(val.labels));
    expect(new Set(val.labels).size).toBe(47);
    expect(new Set([...val.ids!, ...test.ids!]).size).toBe(val.rows + test.rows);
  });

  it("the spam test set is later than what the model and its calibration saw", async () => {
    const [val, test] = await Promise.all([load("spam.val"), load("spam.test")]);
    expect(new Set(val.slices!["month"])).toEqual(new Set(["2002-08"]));
    expect([...new Set(test.slices!["month"])]).toEqual(["2002-09", "2002-10", "2002-11", "2002-12"]);
  });

  it("the pictures of Fashion-MNIST stay under 6 MB", () => {
    expect(statSync(path("fashion-mnist")).size).toBeLessThan(6_000_000);
  });

  it("all files of logits together stay under 1.5 MB", () => {
    const bytes = expected.reduce((sum, { name }) => sum + statSync(path(name)).size, 0);
    expect(bytes).toBeLessThan(1_500_000);
  });
});
