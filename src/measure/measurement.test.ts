import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { type Batch, predictions, takeRows } from "../core/index.js";
import { uniform } from "../core/rng.js";
import { Measurement } from "./measurement.js";
import type { MeasureOptions } from "./measureState.js";

function batchOf(rows: number, classes: number): Batch {
  const values = Float64Array.from(
    { length: rows * classes },
    (_, i) => 3 * Math.sin(i * 12.9898) + (i % classes === Math.floor(i / classes) % classes ? 2 : 0),
  );
  const labels = Int32Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? (row * 3) % classes : row % classes));
  return {
    kind: "logits",
    values,
    rows,
    classes,
    labels,
    slices: { half: Array.from({ length: rows }, (_, row) => (row % 2 ? "odd" : "even")) },
  };
}

const options = (classes: number, more: Partial<MeasureOptions> = {}): MeasureOptions => ({
  classes,
  replicates: 40,
  perClass: true,
  perSlice: true,
  ...more,
});

function measured(batch: Batch, more: Partial<MeasureOptions> = {}): ReturnType<Measurement["finish"]> {
  const measurement = new Measurement(metrics, options(batch.classes, more));
  measurement.add(predictions(batch));
  return measurement.finish();
}

describe("Measurement", () => {
  it("gives the same values and intervals however rows are divided and states are merged", () => {
    const batch = batchOf(300, 4);
    const whole = measured(batch);
    const parts = [2, 0, 1].map((part) => {
      const measurement = new Measurement(metrics, options(4));
      const rows = Array.from({ length: 100 }, (_, i) => 100 * part + i);
      measurement.add(predictions({ ...takeRows(batch, rows), offset: 100 * part }));
      return structuredClone(measurement.state);
    });
    const merged = new Measurement(metrics, options(4));
    for (const state of parts) merged.merge(state);
    const result = merged.finish();
    for (const [name, { value, ci }] of Object.entries(whole.metrics)) {
      expect(result.metrics[name]!.value).toBeCloseTo(value, 12);
      ci?.forEach((bound, side) => expect(result.metrics[name]!.ci![side]!).toBeCloseTo(bound, 12));
    }
    expect(result.confusion).toEqual(whole.confusion);
    expect(result.perClass!.map(({ rows }) => rows)).toEqual(whole.perClass!.map(({ rows }) => rows));
  });

  it("an interval holds its value, or lies below it where the measure is biased upwards", () => {
    for (const [name, { value, ci }] of Object.entries(measured(batchOf(500, 5)).metrics)) {
      expect(ci![0], name).toBeLessThanOrEqual(ci![1]);
      expect(ci![0], name).toBeLessThanOrEqual(value);
    }
  });

  it("a class' accuracy is its recall, and its slices are measured by themselves", () => {
    const batch = batchOf(200, 4);
    const { confusion, perClass, perSlice } = measured(batch);
    confusion!.forEach((row, k) =>
      expect(perClass![k]!["accuracy"]).toBeCloseTo(row[k]! / row.reduce((sum, n) => sum + n, 0), 12),
    );
    const even = measured(
      takeRows(
        batch,
        Array.from({ length: 100 }, (_, i) => 2 * i),
      ),
    );
    expect(perSlice!["half"]!["even"]!["nll"]).toBeCloseTo(even.metrics["nll"]!.value, 12);
    expect(perSlice!["half"]!["even"]!["auroc"]).toBeCloseTo(even.metrics["auroc"]!.value, 12);
  });

  it("a slice may have any name, also one that every object knows", () => {
    const names = ["constructor", "__proto__", "toString"];
    const batch = { ...batchOf(9, 3), slices: { site: Array.from({ length: 9 }, (_, row) => names[row % 3]!) } };
    const { site } = measured(batch).perSlice!;
    expect(Object.entries(site!).map(([name, { rows }]) => [name, rows])).toEqual(names.map((name) => [name, 3]));
  });

  it("the interval of average precision lies around its value, however few rows a class has", () => {
    const batch = batchOf(150, 100);
    const labels = Int32Array.from({ length: 150 }, (_, row) => Math.floor(100 * uniform(7, "simulation", row)));
    const values = batch.values.map((_, i) => uniform(7, "simulation", 1000 + i)) as Float64Array;
    const found = measured({ ...batch, values, labels }, { classes: 100, perClass: false, replicates: 200 });
    const { value, ci } = found.metrics["averagePrecision"]!;
    expect(ci![0]).toBeLessThan(value);
    expect(ci![1]).toBeGreaterThan(value);
  });

  it("many classes: a class-wise measure has a value but no interval", () => {
    const { metrics: found } = measured(batchOf(150, 101), { perClass: false });
    expect(found["classwiseEce"]!.value).toBeGreaterThan(0);
    expect(found["classwiseEce"]!.ci).toBeUndefined();
    const { value, ci } = found["nll"]!;
    expect(ci![0]).toBeLessThan(value);
    expect(ci![1]).toBeGreaterThan(value);
  });

  it("no interval of a calibration error reaches beyond 1, whatever a bin of one row says", () => {
    // One row in a bin of its own: sure, and wrong.
    const values = Float64Array.from([...Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.5 : 0)), 4, 0]);
    const lonely: Batch = { kind: "logits", values, rows: 31, classes: 2, labels: new Int32Array(31) };
    lonely.labels![30] = 1;
    const { metrics: found } = measured(lonely, { classes: 2 });
    for (const name of ["ece", "mce", "aceEqualMass", "ks", "smoothEce"])
      expect(found[name]!.ci![1]).toBeLessThanOrEqual(1);
    expect(found["mce"]!.value).toBeGreaterThan(0.9);
  });

  it("statistics that keep every row can be left out", () => {
    expect(measured(batchOf(50, 3), { rankStatistics: false }).metrics["aurc"]).toBeUndefined();
  });

  it.each([
    ["no labels", { kind: "logits", values: Float64Array.of(1, 2), rows: 1, classes: 2 } as Batch, {}, "no-labels"],
    [
      "a masked true label",
      { kind: "logits", values: Float64Array.of(1, -Infinity), rows: 1, classes: 2, labels: Int32Array.of(1) } as Batch,
      {},
      "infinite-loss",
    ],
  ])("%s is refused", (_, batch, more, code) => {
    let caught: unknown;
    try {
      measured(batch, more);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code });
  });

  it("an infinite NLL is infinite when that is allowed, and counted", () => {
    const batch: Batch = {
      kind: "logits",
      values: Float64Array.of(1, -Infinity),
      rows: 1,
      classes: 2,
      labels: Int32Array.of(1),
    };
    const result = measured(batch, { allowInfinite: true, perClass: false });
    expect(result.metrics["nll"]!.value).toBe(Infinity);
    expect(result.infinite).toBe(1);
  });
});
