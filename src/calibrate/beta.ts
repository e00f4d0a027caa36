import type { CalibrationMethod } from "../core/index.js";
import { type Minimum, newton } from "../stats/newton.js";
import { checkPerClass, logOddsAgainstRest, logSigmoid, mapClasses } from "./oneVsRest.js";

/**
 * Beta calibration, one-vs-rest: logit of class k ← a ln p − b ln(1 − p) + c with a, b ≥ 0; ln p and ln(1 − p) are computed from logits.
 * Where a slope would be negative, the best of the fits without one or both of them is taken: the optimum under a, b ≥ 0. Rows are renormalised.
 *
 * Kull, Silva Filho & Flach, EJS 2017 ("abm"). A ridge of 1e-6 keeps separable classes finite.
 */
export const beta: CalibrationMethod = {
  name: "beta",
  family: "calibrator",
  help: "Two slopes (on ln p and ln(1 − p)) and an offset for each class",
  params: [],
  source: "Kull, Silva Filho & Flach, EJS 2017",
  keepsWinner: false,
  complexity: 5,
  fit(batch) {
    const odds = logOddsAgainstRest(batch);
    const learned = { a: [] as number[], b: [] as number[], c: [] as number[] };
    for (let k = 0; k < batch.classes; k++) {
      const [a, b, c] = fitClass(odds, batch.labels!, batch.classes, k);
      learned.a.push(a);
      learned.b.push(b);
      learned.c.push(c);
    }
    return { params: learned, warnings: [] };
  },
  apply(batch, params) {
    const [a, b, c] = [params["a"] as number[], params["b"] as number[], params["c"] as number[]];
    return mapClasses(batch, (q, k) => logSigmoid(a[k]! * logSigmoid(q) - b[k]! * logSigmoid(-q) + c[k]!));
  },
  validate: (params, classes) => checkPerClass(params, ["a", "b", "c"], classes),
};

const ridge = 1e-6;

/** Which of a, b and c may differ from 0: all, else without one slope, else without both. */
const choices: readonly (readonly number[])[] = [[0, 1, 2], [1, 2], [0, 2], [2]];

/** The loss is convex: its minimum under a, b ≥ 0 is the best of the free minima, in which a slope is left out or not, that keep the bounds. */
function fitClass(odds: Float64Array, labels: Int32Array, classes: number, k: number): [number, number, number] {
  let best: { x: [number, number, number]; value: number } | undefined;
  for (const active of choices) {
    const { x, value } = fitActive(odds, labels, classes, k, active);
    const full: [number, number, number] = [0, 0, 0];
    active.forEach((index, i) => (full[index] = x[i]!));
    if (full[0] < 0 || full[1] < 0) continue;
    if (active.length === 3) return full;
    if (!best || value < best.value) best = { x: full, value };
  }
  return best!.x;
}

function fitActive(
  odds: Float64Array,
  labels: Int32Array,
  classes: number,
  k: number,
  active: readonly number[],
): Minimum {
  const n = active.length;
  const feature = new Float64Array(3);
  const objective = (x: Float64Array, gradient: Float64Array, hessian: Float64Array): number => {
    gradient.fill(0);
    hessian.fill(0);
    let loss = 0;
    for (let row = 0; row < labels.length; row++) {
      const q = odds[row * classes + k]!;
      if (q === -Infinity) continue;
      feature[0] = logSigmoid(q);
      feature[1] = -logSigmoid(-q);
      feature[2] = 1;
      let z = 0;
      for (let i = 0; i < n; i++) z += x[i]! * feature[active[i]!]!;
      const target = labels[row] === k ? 1 : 0;
      const p = 1 / (1 + Math.exp(-z));
      loss -= target === 1 ? logSigmoid(z) : logSigmoid(-z);
      const w = p * (1 - p);
      for (let i = 0; i < n; i++) {
        const fi = feature[active[i]!]!;
        gradient[i]! += (p - target) * fi;
        for (let j = 0; j <= i; j++) hessian[i * n + j]! += w * fi * feature[active[j]!]!;
      }
    }
    for (let i = 0; i < n; i++) {
      loss += 0.5 * ridge * x[i]! * x[i]!;
      gradient[i]! += ridge * x[i]!;
      hessian[i * n + i]! += ridge;
      for (let j = 0; j < i; j++) hessian[j * n + i] = hessian[i * n + j]!;
    }
    return loss;
  };
  return newton(
    objective,
    active.map((index) => (index === 2 ? 0 : 1)),
  );
}
