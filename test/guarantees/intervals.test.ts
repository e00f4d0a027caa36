import { metrics } from "logits/measure";
import { describe, expect, it } from "vitest";
import { type Batch, predictions } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";
import { Measurement } from "../../src/measure/measurement.js";

const classes = 3;

/** Labels drawn from softmax(z): calibrated by construction. */
function calibrated(rows: number, seed: number): Batch {
  const values = new Float64Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let k = 0; k < classes; k++) {
      values[row * classes + k] =
        3 * (uniform(seed, "simulation", row, k) + uniform(seed, "simulation", row, k + 10) - 1);
      total += Math.exp(values[row * classes + k]!);
    }
    let u = uniform(seed, "simulation", row, 99) * total;
    while (labels[row]! < classes - 1 && (u -= Math.exp(values[row * classes + labels[row]!]!)) >= 0) labels[row]!++;
  }
  return { kind: "logits", values, rows, classes, labels };
}

function measured(
  batch: Batch,
  seed: number,
  replicates: number,
  names: string[] = ["accuracy", "nll", "brier"],
): ReturnType<Measurement["finish"]>["metrics"] {
  const measurement = new Measurement(metrics, {
    classes,
    metrics: names,
    seed,
    replicates,
  });
  measurement.add(predictions(batch));
  return measurement.finish().metrics;
}

describe("95 % intervals hold what they promise (seeded)", () => {
  const truth = measured(calibrated(400_000, 1), 1, 0);
  const trials = 200;
  const covered: Record<string, number> = { accuracy: 0, nll: 0, brier: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const found = measured(calibrated(400, 1000 + trial), trial, 200);
    for (const [name, { ci }] of Object.entries(found)) {
      const { value } = truth[name]!;
      if (ci![0] <= value && value <= ci![1]) covered[name]!++;
    }
  }

  // 200 trials of .95 lie in [179, 199] with probability .9998; a percentile interval on 400 rows is a little short, so .93 bounds below.
  it.each(["accuracy", "nll", "brier"])("%s", (name) => {
    expect(covered[name]!).toBeGreaterThanOrEqual(175);
    expect(covered[name]!).toBeLessThanOrEqual(199);
  });
});

const errors = ["ece", "mce", "aceEqualMass", "classwiseEce", "ks", "smoothEce"];

describe("95 % intervals of calibration errors (seeded)", () => {
  const trials = 100;
  const overconfident = (batch: Batch): Batch => ({ ...batch, values: batch.values.map((z) => 2 * z) });
  const truth = measured(overconfident(calibrated(400_000, 2)), 1, 0, errors);
  const honest = new Map(errors.map((name) => [name, 0]));
  const held = new Map(errors.map((name) => [name, 0]));
  for (let trial = 0; trial < trials; trial++) {
    const batch = calibrated(400, 5000 + trial);
    for (const [name, { ci }] of Object.entries(measured(batch, trial, 200, errors)))
      if (ci![0] === 0) honest.set(name, honest.get(name)! + 1);
    for (const [name, { ci }] of Object.entries(measured(overconfident(batch), trial, 200, errors)))
      if (ci![0] <= truth[name]!.value && truth[name]!.value <= ci![1]) held.set(name, held.get(name)! + 1);
  }

  // Where confidence is exactly honest the error is 0. 100 trials of .95 are below 88 with probability .002.
  it.each(errors)("%s: 0 is inside where confidence is honest", (name) => {
    expect(honest.get(name)).toBeGreaterThanOrEqual(88);
  });

  // Far from honest the basic bootstrap is as good as 400 rows let it be.
  it.each(errors.filter((name) => name !== "mce"))("%s: the error itself is inside where confidence is not", (name) => {
    expect(held.get(name)).toBeGreaterThanOrEqual(86);
  });
});
