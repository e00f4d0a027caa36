import type { CalibrationMethod } from "../core/index.js";
import { newton } from "../stats/newton.js";
import { checkPerClass, logOddsAgainstRest, logSigmoid, mapClasses } from "./oneVsRest.js";

/**
 * Platt (affine) scaling: p_k ∝ σ(a_k q_k + c_k) with q_k the log-odds of class k against the rest; two numbers a class.
 * Targets are Platt's (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2), so separable classes stay finite. For two classes this is plain logistic regression.
 *
 * Platt 1999, §2.
 */
export const platt: CalibrationMethod = {
  name: "platt",
  family: "calibrator",
  help: "A slope and an offset on the log-odds of each class (affine)",
  params: [],
  source: "Platt 1999, §2",
  keepsWinner: false,
  complexity: 3,
  fit(batch) {
    const odds = logOddsAgainstRest(batch);
    const { classes } = batch;
    const slopes: number[] = [];
    const offsets: number[] = [];
    for (let k = 0; k < classes; k++) {
      const [slope, offset] = fitClass(odds, batch.labels!, classes, k);
      slopes.push(slope);
      offsets.push(offset);
    }
    return { params: { slopes, offsets }, warnings: [] };
  },
  apply(batch, params) {
    const slopes = params["slopes"] as number[];
    const offsets = params["offsets"] as number[];
    return mapClasses(batch, (q, k) => logSigmoid(slopes[k]! * q + offsets[k]!));
  },
  validate: (params, classes) => checkPerClass(params, ["slopes", "offsets"], classes),
};

function fitClass(odds: Float64Array, labels: Int32Array, classes: number, k: number): [number, number] {
  const rows = labels.length;
  let positives = 0;
  for (const label of labels) if (label === k) positives++;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (rows - positives + 2);
  const { x } = newton(
    ([a, c], gradient, hessian) => {
      let loss = 0;
      gradient.fill(0);
      hessian.fill(0);
      for (let row = 0; row < rows; row++) {
        const q = odds[row * classes + k]!;
        if (q === -Infinity) continue;
        const target = labels[row] === k ? high : low;
        const z = a! * q + c!;
        const p = 1 / (1 + Math.exp(-z));
        loss -= target * logSigmoid(z) + (1 - target) * logSigmoid(-z);
        const w = p * (1 - p);
        gradient[0]! += (p - target) * q;
        gradient[1]! += p - target;
        hessian[0]! += w * q * q;
        hessian[1]! += w * q;
        hessian[3]! += w;
      }
      hessian[2] = hessian[1]!;
      return loss;
    },
    [1, 0],
  );
  return [x[0]!, x[1]!];
}
