import { applyCalibrator, fitCalibrator } from "logits/calibrate";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Batch, predictions } from "../core/index.js";
import { logOddsAgainstRest, logSigmoid } from "./oneVsRest.js";

interface Case {
  name: string;
  classes: number;
  logits: number[];
  labels: number[];
  test?: number[];
  temperature?: number;
  platt?: { sklearn: [number, number]; exact: [number, number] }[];
  beta: { x: [number, number, number]; loss: number }[];
  vectorScaling?: number;
  isotonic?: number[];
}

// Written by test/golden/calibrate.py from scikit-learn and SciPy.
const cases = JSON.parse(readFileSync(new URL("../../test/golden/calibrate.json", import.meta.url), "utf8")) as Case[];

const batchOf = (classes: number, logits: number[], labels?: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.from(logits),
  rows: logits.length / classes,
  classes,
  ...(labels && { labels: Int32Array.from(labels) }),
});

const full = cases.filter(({ temperature }) => temperature !== undefined);

describe.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
  const batch = batchOf(one.classes, one.logits, one.labels);

  it("beta is the optimum of SciPy's bounded fit, class by class", () => {
    const { a, b, c } = fitCalibrator(batch, { method: "beta" }).calibrator.params as Record<string, number[]>;
    const odds = logOddsAgainstRest(batch);
    for (const [k, { loss, x }] of one.beta.entries()) {
      let ours = 0.5e-6 * (a![k]! ** 2 + b![k]! ** 2 + c![k]! ** 2);
      for (let row = 0; row < batch.rows; row++) {
        const q = odds[row * one.classes + k]!;
        const z = a![k]! * logSigmoid(q) - b![k]! * logSigmoid(-q) + c![k]!;
        ours -= logSigmoid(one.labels[row] === k ? z : -z);
      }
      expect(Math.min(a![k]!, b![k]!)).toBeGreaterThanOrEqual(0);
      expect(ours - loss).toBeLessThan(1e-7 * Math.abs(loss));
      for (const [i, value] of [a![k]!, b![k]!, c![k]!].entries()) expect(Math.abs(value - x[i]!)).toBeLessThan(2e-3);
    }
  });
});

describe.each(full.map((one) => [one.name, one] as const))("%s", (_, one) => {
  const batch = batchOf(one.classes, one.logits, one.labels);
  const fit = (method: string) => fitCalibrator(batch, { method }).calibrator;

  it("temperature is where the derivative of the NLL is 0", () => {
    expect(Math.abs((fit("temperature").params["temperature"] as number) / one.temperature! - 1)).toBeLessThan(1e-9);
  });

  it("platt is scikit-learn's sigmoid calibration, to the accuracy of its optimiser", () => {
    const { slopes, offsets } = fit("platt").params as { slopes: number[]; offsets: number[] };
    for (const [k, { sklearn, exact }] of one.platt!.entries()) {
      expect(slopes[k]).toBeCloseTo(exact[0], 6);
      expect(offsets[k]).toBeCloseTo(exact[1], 6);
      expect(slopes[k]).toBeCloseTo(sklearn[0], 2);
      expect(offsets[k]).toBeCloseTo(sklearn[1], 2);
    }
  });

  it("vector scaling has the penalised loss of SciPy's fit", () => {
    const calibrator = fit("vectorScaling");
    const { nll } = predictions(applyCalibrator(batch, calibrator));
    const [w, b] = Object.values(calibrator.params).filter(Array.isArray) as [number[], number[]];
    const pull = one.classes / batch.rows;
    const penalty = w.reduce((sum, x) => sum + (x - 1) ** 2, 0) + b.reduce((sum, x) => sum + x * x, 0);
    const ours = nll!.reduce((sum, x) => sum + x, 0) / batch.rows + pull * penalty;
    expect(ours - one.vectorScaling!).toBeLessThan(1e-8);
    expect(ours - one.vectorScaling!).toBeGreaterThan(-1e-8);
  });

  it("isotonic gives scikit-learn's probabilities", () => {
    const rows = batchOf(one.classes, one.test!);
    const probs = predictions(applyCalibrator(rows, fit("isotonic"))).probs();
    for (const [i, p] of probs.entries()) expect(Math.abs(p - one.isotonic![i]!)).toBeLessThan(1e-6);
  });
});
