import { readFileSync } from "node:fs";
import fc from "fast-check";
import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { type Batch, checkParams, type Metric, predictions, takeRows } from "../core/index.js";

const golden = JSON.parse(readFileSync(new URL("../../test/golden/measure.json", import.meta.url), "utf8")) as Record<
  string,
  { classes: number; logits: number[]; labels: number[]; values: Record<string, number> }
>;

const batchOf = (logits: number[], labels: number[], classes: number): Batch => ({
  kind: "logits",
  values: Float64Array.from(logits),
  rows: labels.length,
  classes,
  labels: Int32Array.from(labels),
});

function measure(metric: Metric, batch: Batch, params = {}): number {
  const state = metric.init(checkParams(metric, params), { classes: batch.classes });
  metric.add(state, predictions(batch));
  return metric.value(state);
}

const same = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a));

describe("against scikit-learn", () => {
  const cases = Object.entries(golden).flatMap(([name, table]) =>
    Object.entries(table.values).map(([metric, value]) => [name, metric, value] as const),
  );
  it.each(cases)("%s: %s", (name, metric, value) => {
    const { logits, labels, classes } = golden[name]!;
    expect(
      measure(metrics.find((candidate) => candidate.name === metric)!, batchOf(logits, labels, classes)),
    ).toBeCloseTo(value, 12);
  });
});

const arbitrary = fc.integer({ min: 2, max: 5 }).chain((classes) =>
  fc.integer({ min: 1, max: 30 }).chain((rows) =>
    fc.record({
      classes: fc.constant(classes),
      // Halves, so that ties are common and sums exact.
      logits: fc.array(
        fc.integer({ min: -12, max: 12 }).map((z) => z / 2),
        { minLength: rows * classes, maxLength: rows * classes },
      ),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
      parts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows }),
      seed: fc.integer({ min: 0, max: 5 }),
    }),
  ),
);

describe.each(metrics.map((metric) => [metric.name, metric] as const))("%s", (_, metric) => {
  it("does not depend on how rows are divided, nor on the order of the parts", () => {
    fc.assert(
      fc.property(arbitrary, ({ classes, logits, labels, parts, seed }) => {
        const batch = batchOf(logits, labels, classes);
        const states = [0, 1, 2, 3].map((part) => {
          const state = metric.init(checkParams(metric), { classes });
          const rows = labels.map((__, i) => i).filter((i) => parts[i] === part);
          if (rows.length > 0) metric.add(state, predictions(takeRows(batch, rows)));
          return structuredClone(state) as object;
        });
        const order = [0, 1, 2, 3].map((i) => (i + seed) % 4);
        const merged = order.slice(1).reduce<unknown>((into, i) => metric.merge(into, states[i]!), states[order[0]!]!);
        expect(same(metric.value(merged), measure(metric, batch))).toBe(true);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("does not change when a constant is added to each row", () => {
    const { logits, labels, classes } = golden["three"]!;
    const shifted = logits.map((z, i) => z + 4 * (Math.floor(i / classes) % 3));
    expect(measure(metric, batchOf(shifted, labels, classes))).toBeCloseTo(
      measure(metric, batchOf(logits, labels, classes)),
      9,
    );
  });

  it("does not change when classes change places (no tie for the first place)", () => {
    const { logits, labels, classes } = golden["three"]!;
    const untied = logits.map((z, i) => z + 1e-3 * (((i * 7919) % 101) / 101));
    const turned = untied.map((__, i) => untied[Math.floor(i / 3) * 3 + ((i + 1) % 3)]!);
    const relabelled = labels.map((label) => (label + 2) % 3);
    expect(measure(metric, batchOf(turned, relabelled, classes))).toBeCloseTo(
      measure(metric, batchOf(untied, labels, classes)),
      9,
    );
  });

  it("is the same for f32 and f64 scores that are equal", () => {
    const { logits, labels, classes } = golden["three"]!;
    const wide = batchOf(logits.map(Math.fround), labels, classes);
    expect(measure(metric, { ...wide, values: Float32Array.from(logits) })).toBeCloseTo(measure(metric, wide), 6);
  });

  it("without rows it is not a number, and with one row or one class it does not throw", () => {
    expect(metric.value(metric.init(checkParams(metric), { classes: 3 }))).toBeNaN();
    expect(() => measure(metric, batchOf([1, 2, 3], [0], 3))).not.toThrow();
    expect(() => measure(metric, batchOf([1, 2], [0, 0], 1))).not.toThrow();
  });

  it("leaves its input as it was", () => {
    const { logits, labels, classes } = golden["three"]!;
    const batch = batchOf(logits, labels, classes);
    measure(metric, batch);
    expect(Array.from(batch.values)).toEqual(logits);
    expect(Array.from(batch.labels!)).toEqual(labels);
  });
});
