import { type Batch, threshold, type ThresholdOptions } from "logits";
import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";

/** Rows of three classes, the third rare, whose own score is about 3 above the others. */
function rowsOf(rows: number, seed = 1): Batch {
  const labels = Int32Array.from({ length: rows }, (_, row) => (row % 50 === 0 ? 2 : row % 2));
  const values = Float64Array.from(
    { length: 3 * rows },
    (_, i) => 6 * (uniform(seed, "noise", i) - 0.5) + (i % 3 === labels[Math.floor(i / 3)] ? 3 : 0),
  );
  return { kind: "logits", values, rows, classes: 3, labels };
}

/** The rates that a threshold has on rows: the winner is class k with log-odds of at least `logit`. */
function alertsOf(batch: Batch, k: number, logit: number): { count: number; n: number } {
  let [count, n] = [0, 0];
  for (let row = 0; row < batch.rows; row++) {
    const scores = [...batch.values.subarray(3 * row, 3 * row + 3)];
    if (scores[k] !== Math.max(...scores)) continue;
    const rest = Math.log(scores.reduce((sum, z, j) => sum + (j === k ? 0 : Math.exp(z)), 0));
    if (scores[k]! - rest < logit) continue;
    n++;
    if (batch.labels![row] === k) count++;
  }
  return { count, n };
}

const found = async (batch: Batch, options: ThresholdOptions & { eval?: Batch }) =>
  (await threshold(batch, options)).classes!.flatMap((one) => ("refused" in one ? [] : [one]));

describe("a threshold a class", () => {
  it("has figures of rows that it was not found on: those of a file are counted by hand", async () => {
    const [val, test] = [rowsOf(3000), rowsOf(1000, 2)];
    const classes = await found(val, { perClass: true, minPrecision: 0.8, eval: test });
    expect(classes.length).toBeGreaterThanOrEqual(2);
    for (const { class: name, logit, precision, heldOut } of classes) {
      expect(precision).toMatchObject(alertsOf(val, Number(name), logit));
      expect(heldOut).toMatchObject({ source: "file", precision: alertsOf(test, Number(name), logit) });
    }
  });

  it("else by five folds, each row once", async () => {
    for (const { heldOut } of await found(rowsOf(3000), { perClass: true, maxFpr: 0.05 })) {
      expect(heldOut!.source).toBe("cv5");
      expect(heldOut!.alerts!.n).toBe(3000);
    }
  });

  it("a fold that finds nothing is counted", async () => {
    // 459 negatives are just enough for 1 % at 99 %, and 4 of 5 of them are not.
    const labels = Int32Array.from({ length: 1000 }, (_, row) => (row < 480 ? 0 : 1));
    const few = { ...rowsOf(1000), labels };
    const [one] = (await found(few, { perClass: true, maxFpr: 0.01 })).filter(({ class: name }) => name === "1");
    expect(one!.heldOut).toEqual({ source: "cv5", refused: 5 });
  });

  it("the plain rule was not learned, and has none", async () => {
    const { classes, heldOut } = await threshold(rowsOf(500), { perClass: true, at: 0.5 });
    expect(heldOut).toBeUndefined();
    for (const one of classes!) expect(one).not.toHaveProperty("heldOut");
  });
});

describe("a threshold a label", () => {
  it("has held-out figures too", async () => {
    const scores = rowsOf(3000);
    const truth: Batch = {
      kind: "logits",
      values: Float64Array.from(scores.values, (z, i) => (uniform(5, "noise", i) < 1 / (1 + Math.exp(-z)) ? 1 : 0)),
      rows: 3000,
      classes: 3,
    };
    const { classes } = await threshold(scores, { truth, minPrecision: 0.7 });
    for (const one of classes!) {
      if ("refused" in one) throw new Error(one.refused);
      expect(one.heldOut).toMatchObject({ source: "cv5", alerts: { n: 3000 } });
      expect(Math.abs(one.heldOut!.precision!.value - one.precision.value)).toBeLessThan(0.05);
    }
  });
});
