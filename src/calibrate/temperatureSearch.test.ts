import { describe, expect, it } from "vitest";
import type { Batch } from "../core/index.js";
import { temperature } from "./temperature.js";
import { fitTemperature } from "./temperatureSearch.js";
import { temperatureSums } from "./temperatureSums.js";

/** Rows of two classes 0 and z, labelled 1 with frequency σ(βz): the best 1/T is near β. */
function coin(rows: number, beta: number, order: (row: number) => number = (row) => row): Batch {
  const values = new Float32Array(2 * rows);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const i = order(row);
    const z = Math.fround(6 * (((i * 0.6180339887498949) % 1) - 0.5));
    values[2 * row + 1] = z;
    labels[row] = (i * 0.7548776662466927) % 1 < 1 / (1 + Math.exp(-beta * z)) ? 1 : 0;
  }
  return { kind: "logits", values, labels, rows, classes: 2 };
}

/** The zero of the gradient, by halving alone. */
function halved(batch: Batch): number {
  let low = 2 ** -60;
  let high = 2 ** 60;
  for (let i = 0; i < 200; i++) {
    const middle = Math.sqrt(low * high);
    if (temperatureSums(batch, middle).gradient < 0) low = middle;
    else high = middle;
  }
  return 1 / low;
}

describe("the search for a temperature", () => {
  const batch = coin(900, 0.7);
  const best = halved(batch);

  it.each([2 ** -40, 1e-3, 1, 50, 2 ** 40])("finds the same minimum from β = %d", (start) => {
    const fit = fitTemperature((beta) => temperatureSums(batch, beta), start);
    expect(fit.bound).toBeUndefined();
    // What f32 exponentials leave of it.
    expect(Math.abs(fit.temperature / best - 1)).toBeLessThan(1e-8);
    expect(fit.passes).toBeLessThan(60);
  });

  it("looks at the rows a handful of times when it begins near", () => {
    expect(fitTemperature((beta) => temperatureSums(batch, beta), 1.02 / best).passes).toBeLessThan(4);
  });

  it.each([2 ** -10, 1, 2 ** 10])("scales with the logits (%d)", (scale) => {
    const scaled: Batch = { ...batch, values: Float32Array.from(batch.values, (z) => z * scale) };
    expect(Math.abs((temperature.fit(scaled, {}).params["temperature"] as number) / (best * scale) - 1)).toBeLessThan(
      1e-8,
    );
  });

  it.each<[string, (row: number) => number]>([
    ["as they come", (row) => row],
    ["in turns of 511", (row) => (row % 511) * 1000 + Math.floor(row / 511)],
    ["the hard ones first", (row) => (row < 50_000 ? 2 * row : 2 * row + 1)],
  ])("a sample to begin with does not move the minimum of 300,000 rows, %s", (_, order) => {
    const many = coin(300_000, 1.3, order);
    const fitted = temperature.fit(many, {}).params["temperature"] as number;
    expect(Math.abs(fitted / halved(many) - 1)).toBeLessThan(1e-8);
  });

  const rowsOf = (rows: number[][], labels: number[]): Batch => ({
    kind: "logits",
    values: Float32Array.from(rows.flat()),
    labels: Int32Array.from(labels),
    rows: rows.length,
    classes: rows[0]!.length,
  });

  it.each<[string, Batch, "hot" | "cold" | "flat", string]>([
    [
      "every label is a maximum: T → 0",
      rowsOf(
        [
          [2, 1],
          [1, 1],
          [0, 3],
        ],
        [0, 1, 1],
      ),
      "cold",
      "temperature is 0",
    ],
    [
      "the labels favour the lower scores: T → ∞",
      rowsOf(
        [
          [2, 1],
          [5, 1],
          [0, 3],
        ],
        [1, 1, 0],
      ),
      "hot",
      "is infinite",
    ],
    [
      "all rows are constant: any T",
      rowsOf(
        [
          [1, 1],
          [4, 4],
        ],
        [0, 1],
      ),
      "flat",
      "constant",
    ],
  ])("%s", (_, rows, bound, said) => {
    expect(fitTemperature((beta) => temperatureSums(rows, beta), 1).bound).toBe(bound);
    expect(temperature.fit(rows, {}).warnings.join()).toContain(said);
  });

  it("names the row whose label is masked, also among many", () => {
    const many = coin(100_000, 1);
    const at = 77_777;
    many.values[2 * at + many.labels![at]!] = -Infinity;
    many.values[2 * at + 1 - many.labels![at]!] = 0;
    expect(() => temperature.fit(many, {})).toThrow(expect.objectContaining({ code: "infinite-loss", row: at }));
  });
});
