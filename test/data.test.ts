import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Batch, collect, predictions, read } from "logits";
import { describe, expect, it } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../data/${name}.npz`, import.meta.url));
const load = async (name: string): Promise<Batch> => collect(await read(path(name)));
const leadOf = (values: ArrayLike<number>, row: number): number => values[2 * row + 1]! - values[2 * row]!;

interface Curves {
  rows: number;
  ids: readonly string[];
  /** Log-odds of spam after 0 … 50 words. */
  leads: number[][];
}

/** The good-word attack of one attacker, by replicates of one row. */
async function curves(logitsKey: string): Promise<Curves> {
  const steps = await Promise.all(
    Array.from({ length: 51 }, async (_, replicate) =>
      collect(await read(path("spam.goodwords"), { logitsKey, axes: ["rows", "replicates", "classes"], replicate })),
    ),
  );
  const { rows, ids } = steps[0]!;
  const leads = Array.from({ length: rows }, (_, row) => steps.map(({ values }) => leadOf(values, row)));
  return { rows, ids: ids!, leads };
}

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
    accuracy: 0.9665787159,
    confidence: 0.9956585172,
    nll: 0.4388482391,
  },
  {
    name: "spam.test",
    rows: 2501,
    classes: 2,
    slice: "month",
    accuracy: 0.900039984,
    confidence: 0.9797618952,
    nll: 0.6689085518,
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

  it("good words carry blocked spam over the border, those of who knows the weights sooner", async () => {
    const [white, black, test] = await Promise.all([curves("white"), curves("black"), load("spam.test")]);
    const blocked = test.ids!.filter((_, row) => test.labels![row] === 1 && leadOf(test.values, row) >= Math.log(19));
    for (const { rows, ids, leads } of [white, black]) {
      expect(rows).toBe(345);
      expect(ids).toEqual(blocked);
      expect(leads.every((row) => row.length === 51 && row[0]! >= Math.log(19))).toBe(true);
      expect(leads.map(([first]) => first)).toEqual(ids.map((id) => leadOf(test.values, test.ids!.indexOf(id))));
    }
    const passed = ({ leads }: Curves, words: number): number => mean(leads.map((row) => Number(row[words]! < 0)));
    expect(passed(white, 12)).toBeGreaterThan(0.5);
    expect(passed(white, 50)).toBeGreaterThan(0.95);
    expect(passed(black, 50)).toBeGreaterThan(0.3);
    expect(passed(black, 50)).toBeLessThan(0.5);
  });

  it("the pictures of Fashion-MNIST stay under 6 MB", () => {
    expect(statSync(path("fashion-mnist")).size).toBeLessThan(6_000_000);
  });

  it("all files of logits together stay under 1.5 MB", () => {
    const bytes = [...expected.map(({ name }) => name), "spam.goodwords"].reduce(
      (sum, name) => sum + statSync(path(name)).size,
      0,
    );
    expect(bytes).toBeLessThan(1_500_000);
  });
});
