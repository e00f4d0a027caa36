import fc from "fast-check";
import { applyCalibrator, calibrators, fitCalibrator, validateCalibrator } from "logits/calibrate";
import { describe, expect, it } from "vitest";
import { type Batch, LogitsError, predictions } from "../core/index.js";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

/** Rows whose labels are drawn from softmax(z/T): overconfident by the factor T. */
function overconfident(rows: number, classes: number, temperature: number, seed = 7): Batch {
  const next = random(seed);
  const values = Float64Array.from({ length: rows * classes }, () => temperature * 3 * (next() + next() - 1) * 1.5);
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const e = Array.from({ length: classes }, (__, k) => Math.exp(values[row * classes + k]! / temperature));
    let u = next() * e.reduce((sum, x) => sum + x, 0);
    return Math.max(
      0,
      e.findIndex((x) => (u -= x) < 0),
    );
  });
  return { kind: "logits", values, rows, classes, labels };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const nll = (batch: Batch): number => mean(predictions(batch).nll!);
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits: number): void => {
  for (let i = 0; i < a.length; i++) expect(a[i]!).toBeCloseTo(b[i]!, digits);
};
const probs = (batch: Batch): Float64Array => predictions(batch).probs();

const fitRows = overconfident(1500, 4, 2.5);
const testRows = overconfident(1500, 4, 2.5, 99);

describe.each(calibrators.map((method) => [method.name, method] as const))("%s", (name, method) => {
  const fitted = fitCalibrator(fitRows, { method: name }).calibrator;

  it("lowers the NLL of rows it has not seen", () => {
    expect(nll(applyCalibrator(testRows, fitted))).toBeLessThan(nll(testRows));
  });

  it("does not change when a constant is added to each row", () => {
    const shifted = {
      ...testRows,
      values: testRows.values.map((z, i) => z + (Math.floor(i / 4) % 3) * 8) as Float64Array,
    };
    close(probs(applyCalibrator(shifted, fitted)), probs(applyCalibrator(testRows, fitted)), 7);
  });

  it("gives distributions, and leaves its input as it was", () => {
    const before = testRows.values.slice();
    const p = probs(applyCalibrator(testRows, fitted));
    for (let row = 0; row < testRows.rows; row++)
      expect(p.subarray(row * 4, row * 4 + 4).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    expect(testRows.values).toEqual(before);
  });

  it("survives JSON", () => {
    const again = validateCalibrator(JSON.parse(JSON.stringify(fitted)), 4);
    expect(probs(applyCalibrator(testRows, again))).toEqual(probs(applyCalibrator(testRows, fitted)));
  });

  it("keeps a masked class masked", () => {
    const values = testRows.values.slice();
    for (let row = 0; row < 50; row++) values[row * 4 + ((testRows.labels![row]! + 1) % 4)] = -Infinity;
    const p = probs(applyCalibrator({ ...testRows, values }, fitted));
    for (let row = 0; row < 50; row++) expect(p[row * 4 + ((testRows.labels![row]! + 1) % 4)]).toBe(0);
  });

  it.skipIf(!method.keepsWinner)(
    "keeps every winner, ties too (others may change it, and results say how often)",
    () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 4, maxLength: 4 }), (row) => {
          const batch: Batch = { kind: "logits", values: Float64Array.from(row), rows: 1, classes: 4 };
          const raw = predictions(batch);
          const after = predictions(applyCalibrator(batch, fitted));
          expect(after.predicted[0]).toBe(raw.predicted[0]);
          expect(after.tie[0]).toBe(raw.tie[0]);
        }),
        { seed: 4 },
      );
    },
  );

  it.skipIf(name === "temperature" || name === "uniformMixture")(
    "is refused for another number of classes (one number fits any number of them)",
    () => {
      const { classes: _, ...anonymous } = fitted;
      expect(() => applyCalibrator(overconfident(5, 3, 1), anonymous)).toThrow(LogitsError);
    },
  );
});

describe("temperature", () => {
  const t = (batch: Batch): number => fitCalibrator(batch).calibrator.params["temperature"] as number;

  it("finds the temperature that made the labels", () =>
    expect(t(overconfident(20_000, 5, 2.5, 3))).toBeCloseTo(2.5, 1));

  it.each([-10, -3, 3, 10])("scales along when all logits are multiplied by 2^%i", (power) => {
    const scaled = { ...fitRows, values: fitRows.values.map((z) => z * 2 ** power) as Float64Array };
    expect(Math.abs(t(scaled) / t(fitRows) / 2 ** power - 1)).toBeLessThan(1e-9);
  });

  it("is at a stationary point of the NLL", () => {
    const best = t(fitRows);
    const at = (temperature: number): number =>
      nll(applyCalibrator(fitRows, { method: "temperature", params: { temperature } }));
    expect(at(best)).toBeLessThan(at(best * 1.001));
    expect(at(best)).toBeLessThan(at(best / 1.001));
  });

  const tiny = (rows: number[][], labels: number[]): Batch => ({
    kind: "logits",
    values: Float64Array.from(rows.flat()),
    rows: rows.length,
    classes: rows[0]!.length,
    labels: Int32Array.from(labels),
  });

  it.each([
    [
      "every label a maximum: cold, and said",
      [
        [3, 1],
        [0, 2],
      ],
      [0, 1],
      /best temperature is 0/,
    ],
    [
      "no better than chance: hot, and said",
      [
        [3, 1],
        [3, 1],
      ],
      [1, 1],
      /best temperature is infinite/,
    ],
  ])("%s", (_, rows, labels, warning) => {
    const { calibrator, warnings } = fitCalibrator(tiny(rows, labels));
    expect(calibrator.params["temperature"]).toBeGreaterThan(0);
    expect(Number.isFinite(calibrator.params["temperature"])).toBe(true);
    expect(warnings.join(" ")).toMatch(warning);
  });

  it("rows that are all equal leave T at 1", () =>
    expect(
      t(
        tiny(
          [
            [2, 2],
            [5, 5],
          ],
          [0, 1],
        ),
      ),
    ).toBe(1));

  it.each([
    [
      "a masked true label",
      () =>
        fitCalibrator(
          tiny(
            [
              [-Infinity, 1],
              [2, 1],
            ],
            [0, 0],
          ),
        ),
      "infinite-loss",
    ],
    [
      "no labels",
      () => fitCalibrator({ kind: "logits", values: Float64Array.of(1, 2), rows: 1, classes: 2 }),
      "no-labels",
    ],
    ["a document that is none", () => validateCalibrator([1, 2]), "bad-data"],
    [
      "another kind of document",
      () => validateCalibrator({ kind: "policy", method: "temperature", params: {} }),
      "mismatch",
    ],
    ["T = 0", () => validateCalibrator({ method: "temperature", params: { temperature: 0 } }), "bad-data"],
    ["a method nobody knows", () => validateCalibrator({ method: "magic", params: {} }), "bad-data"],
  ])("%s is refused", (_, run, code) => {
    let caught: unknown;
    try {
      run();
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code });
  });
});

describe("isotonic and histogram", () => {
  it.each([
    [
      "isotonic",
      {
        x: [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
        y: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        outOfBounds: "clip",
      },
    ],
    ["histogram", { shares: [[0], [0], [0]] }],
  ])("%s: a row that is given 0 everywhere is uniform over the classes it still has", (method, params) => {
    const batch: Batch = { kind: "logits", values: Float64Array.of(2, -Infinity, 1), rows: 1, classes: 3 };
    expect([...probs(applyCalibrator(batch, { method, params }))]).toEqual([0.5, 0, 0.5]);
  });
});

describe("auto", () => {
  it("compares all methods and takes the simplest within one standard error", () => {
    const { calibrator, table } = fitCalibrator(fitRows, { method: "auto", seed: 1 });
    expect(table!.map(({ method }) => method)).toEqual(calibrators.map(({ name }) => name));
    const best = table!.reduce((a, b) => (b.nll < a.nll ? b : a));
    const chosen = table!.find(({ method }) => method === calibrator.method)!;
    expect(chosen.nll).toBeLessThanOrEqual(best.nll + best.se);
    expect(calibrator.method).toBe("temperature");
  });
});
