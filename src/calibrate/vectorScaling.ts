import { type Batch, type CalibrationMethod, toLogits } from "../core/index.js";
import { lbfgs } from "../stats/lbfgs.js";
import { checkPerClass } from "./oneVsRest.js";
import { temperature } from "./temperature.js";

/**
 * Vector scaling: softmax(w ∘ ℓ + b) with ℓ = log-softmax(z/T), one weight and one bias a class.
 *
 * A row of logits is known up to a constant, and with unequal weights that constant would matter. Gauge: log-softmax, each row's
 * log-sum-exp is subtracted first, after division by the temperature. Fitted from w = 1, b = 0 (temperature scaling) by L-BFGS on mean cross-entropy + λK/n (‖w − 1‖² + ‖b‖²),
 * so with few rows it stays near temperature scaling. Biases sum to 0.
 *
 * Guo et al., ICML 2017, §4.2; the penalty follows probmetrics ("SVS", arXiv 2511.03685).
 */
export const vectorScaling: CalibrationMethod = {
  name: "vectorScaling",
  family: "calibrator",
  help: "A weight and a bias for each class, kept near temperature scaling",
  params: [
    {
      name: "ridge",
      type: "number",
      min: 0,
      default: 1,
      noop: 0,
      help: "Strength λ of the pull towards temperature scaling",
    },
  ],
  source: "Guo et al., ICML 2017, §4.2; arXiv 2511.03685",
  keepsWinner: false,
  complexity: 4,
  fit(given, params) {
    const base = temperature.fit(given, {});
    const t = base.params["temperature"] as number;
    const batch = logProbabilities(temperature.apply(given, { temperature: t }));
    const { rows, classes } = batch;
    const z = batch.values as Float64Array;
    const labels = batch.labels!;
    const pull = ((params["ridge"] as number) * classes) / rows;
    const e = new Float64Array(classes);
    const { x, converged } = lbfgs(
      (point, gradient) => {
        gradient.fill(0);
        let loss = 0;
        for (let row = 0; row < rows; row++) {
          const start = row * classes;
          let max = -Infinity;
          for (let k = 0; k < classes; k++) {
            const score = z[start + k] === -Infinity ? -Infinity : point[k]! * z[start + k]! + point[classes + k]!;
            e[k] = score;
            if (score > max) max = score;
          }
          const own = e[labels[row]!]!;
          let sum = 0;
          for (let k = 0; k < classes; k++) sum += e[k] = Math.exp(e[k]! - max);
          loss += max + Math.log(sum) - own;
          for (let k = 0; k < classes; k++) {
            if (z[start + k] === -Infinity) continue;
            const slope = e[k]! / sum - (k === labels[row] ? 1 : 0);
            gradient[k]! += slope * z[start + k]!;
            gradient[classes + k]! += slope;
          }
        }
        loss /= rows;
        for (let k = 0; k < classes; k++) {
          const w = point[k]! - 1;
          const b = point[classes + k]!;
          loss += pull * (w * w + b * b);
          gradient[k] = gradient[k]! / rows + 2 * pull * w;
          gradient[classes + k] = gradient[classes + k]! / rows + 2 * pull * b;
        }
        return loss;
      },
      [...new Array<number>(classes).fill(1), ...new Array<number>(classes).fill(0)],
    );
    const mean = x.subarray(classes).reduce((sum, b) => sum + b, 0) / classes;
    return {
      params: {
        temperature: t,
        weights: Array.from(x.subarray(0, classes)),
        biases: Array.from(x.subarray(classes), (b) => b - mean),
      },
      warnings: converged ? base.warnings : [...base.warnings, "The fit stopped before its gradient was 0."],
    };
  },
  apply(given, params) {
    const batch = logProbabilities(temperature.apply(given, { temperature: params["temperature"]! }));
    const weights = params["weights"] as number[];
    const biases = params["biases"] as number[];
    const { classes } = batch;
    const values = batch.values as Float64Array;
    for (let i = 0; i < values.length; i++)
      if (values[i] !== -Infinity) values[i] = weights[i % classes]! * values[i]! + biases[i % classes]!;
    return { ...batch, kind: "logits" };
  },
  validate(params, classes) {
    temperature.validate(params, classes);
    checkPerClass(params, ["weights", "biases"], classes);
  },
};

/** A copy in f64 whose rows have log-sum-exp 0: log-probabilities. */
function logProbabilities(given: Batch): Batch {
  const batch = toLogits(given);
  const { rows, classes } = batch;
  const values = Float64Array.from(batch.values);
  for (let row = 0; row < rows; row++) {
    const z = values.subarray(row * classes, (row + 1) * classes);
    let max = -Infinity;
    for (const value of z) if (value > max) max = value;
    let sum = 0;
    for (const value of z) sum += Math.exp(value - max);
    const lse = max + Math.log(sum);
    for (let k = 0; k < classes; k++) z[k]! -= lse;
  }
  return { ...batch, values };
}
