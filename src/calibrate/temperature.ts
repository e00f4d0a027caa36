import type { Batch, CalibrationMethod, Calibrator } from "../core/index.js";
import { LogitsError, type NllSums, notFinite, nllSums, toLogits } from "../core/index.js";

/** 1/T is sought within this factor of the scale of the logits; at the bound it is said. */
const widest = 2 ** 40;
const precision = 1e-9;

export interface TemperatureFit {
  temperature: number;
  /** Where the optimum is not finite: "hot" as β → 0, "cold" as β → ∞. */
  bound?: "hot" | "cold";
  passes: number;
}

/**
 * The unique T > 0 that minimises Σ lse(z/T) − z_y/T.
 *
 * `sums(β)` gives the loss at β = 1/T with its first two derivatives in β; the loss is convex in β. Newton's step on ln β is kept within a
 * bracket of the sign change of the gradient and within a factor 4, so that it converges from any start and any scale of logits.
 * `scale` is the typical spread of a row, which makes the start independent of units.
 *
 * @throws "infinite-loss" when a true label is masked.
 */
export function fitTemperature(sums: (beta: number) => NllSums, scale: number): TemperatureFit {
  const unit = scale > 0 ? 1 / scale : 1;
  let low = Math.log(unit / widest);
  let high = Math.log(unit * widest);
  if (!(scale > 0)) return { temperature: 1, passes: 0 };

  const atZero = sums(0);
  if (!Number.isFinite(atZero.nll) || !Number.isFinite(atZero.gradient)) {
    throw new LogitsError(
      "infinite-loss",
      "Cannot fit a temperature: every true label must have a finite score, got a masked one (-Infinity)",
      {
        hint: "Drop those rows, or unmask their true class.",
      },
    );
  }
  if (atZero.gradient >= 0) return { temperature: Math.exp(-low), bound: "hot", passes: 1 };
  // Where every label is a maximum of its row the loss falls for ever; one other label is enough to turn it at a large β.
  if (sums(Math.exp(high)).gradient <= 0) return { temperature: Math.exp(-high), bound: "cold", passes: 2 };

  let x = Math.log(unit);
  for (let passes = 3; passes < 200; passes++) {
    const beta = Math.exp(x);
    const { gradient, hessian } = sums(beta);
    // In x = ln β: first derivative βg, second β²h + βg. Where that is not convex, the step is that of the convex problem in β.
    const slope = beta * gradient;
    const curvature = beta * beta * hessian + slope;
    if (gradient < 0) low = x;
    else high = x;
    let step = curvature > 0 ? -slope / curvature : -Math.sign(slope);
    step = Math.min(Math.max(step, -Math.LN2 * 2), Math.LN2 * 2);
    let next = x + step;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (gradient === 0 || Math.abs(next - x) < precision || high - low < precision) {
      return { temperature: Math.exp(-next), passes };
    }
    x = next;
  }
  return { temperature: Math.exp(-x), passes: 200 };
}

/** Mean distance of a row's largest score from the mean of its finite scores: the unit in which the start of a fit is chosen. */
export function rowSpread(batch: Batch): number {
  const { values, rows, classes } = batch;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let max = -Infinity;
    let sum = 0;
    let finite = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[row * classes + k]!;
      if (Number.isNaN(z) || z === Infinity) throw notFinite(batch, row);
      if (z === -Infinity) continue;
      if (z > max) max = z;
      sum += z;
      finite++;
    }
    if (finite === 0) throw notFinite(batch, row);
    total += max - sum / finite;
  }
  return total / rows;
}

/**
 * Temperature scaling: softmax(z/T), one number for all classes and rows. The winner of every row stays.
 *
 * Guo et al., ICML 2017, §4.2.
 *
 * @example
 *     fitCalibrator(batch, { method: "temperature" }).calibrator.params.temperature  // 2.395 for an overconfident ResNet-110
 */
export const temperature: CalibrationMethod = {
  name: "temperature",
  family: "calibrator",
  help: "Divide all logits by one number T",
  params: [],
  source: "Guo et al., ICML 2017, §4.2",
  keepsWinner: true,
  complexity: 1,
  fit(given) {
    const batch = toLogits(given);
    const { values, rows, classes } = batch;
    const labels = batch.labels!;
    const fit = fitTemperature((beta) => nllSums(values, labels, rows, classes, beta), rowSpread(batch));
    return { params: { temperature: fit.temperature }, warnings: boundWarnings(fit) };
  },
  apply(given, params) {
    const batch = toLogits(given);
    const divisor = params["temperature"] as number;
    const values = new Float64Array(batch.values.length);
    for (let i = 0; i < values.length; i++) values[i] = batch.values[i]! / divisor;
    return { ...batch, kind: "logits", values };
  },
  validate: checkTemperature,
};

function boundWarnings(fit: TemperatureFit): string[] {
  if (fit.bound === "hot") {
    return [
      `The scores say no more about the labels than chance: the best temperature is infinite; ${fit.temperature.toPrecision(3)} stands for it.`,
    ];
  }
  if (fit.bound === "cold") {
    return [
      `Every label is its row's largest score: the best temperature is 0; ${fit.temperature.toPrecision(3)} stands for it.`,
    ];
  }
  return [];
}

function checkTemperature(params: Calibrator["params"]): void {
  const value = params["temperature"];
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use this calibrator: params.temperature must be a number > 0, got ${JSON.stringify(value)}`,
  );
}
