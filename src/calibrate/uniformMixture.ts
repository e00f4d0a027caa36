import { type CalibrationMethod, LogitsError } from "../core/index.js";
import { temperature } from "./temperature.js";

/**
 * Temperature scaling mixed with the uniform distribution: p ← (1 − u) softmax(z/T) + u/K with u = 1/(n + 1), n the rows of the fit.
 * No class is ever given less than u/K, so one surprising row cannot cost an infinite loss. Masked classes stay masked.
 *
 * Holzmüller & Berta, probmetrics ("ts-mix"); Laplace's rule of succession gives u.
 */
export const uniformMixture: CalibrationMethod = {
  name: "uniformMixture",
  family: "calibrator",
  help: "Temperature, mixed with a little of the uniform distribution",
  params: [],
  source: "probmetrics (ts-mix), arXiv 2501.19195",
  keepsWinner: true,
  complexity: 2,
  fit(batch, params) {
    const fitted = temperature.fit(batch, params);
    return { params: { ...fitted.params, uniform: 1 / (batch.rows + 1) }, warnings: fitted.warnings };
  },
  apply(batch, params) {
    const scaled = temperature.apply(batch, params);
    const { rows, classes } = scaled;
    const values = scaled.values as Float64Array;
    const u = params["uniform"] as number;
    for (let row = 0; row < rows; row++) {
      const z = values.subarray(row * classes, (row + 1) * classes);
      let max = -Infinity;
      let left = 0;
      for (const value of z) {
        if (value > max) max = value;
        if (value !== -Infinity) left++;
      }
      let sum = 0;
      for (const value of z) sum += Math.exp(value - max);
      const lse = max + Math.log(sum);
      for (let k = 0; k < classes; k++)
        if (z[k] !== -Infinity) z[k] = Math.log((1 - u) * Math.exp(z[k]! - lse) + u / left);
    }
    return scaled;
  },
  validate(params, classes) {
    temperature.validate(params, classes);
    const u = params["uniform"];
    if (typeof u === "number" && u >= 0 && u < 1) return;
    throw new LogitsError(
      "bad-data",
      `Cannot use this calibrator: params.uniform must be in [0, 1), got ${JSON.stringify(u)}`,
    );
  },
};
