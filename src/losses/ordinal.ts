import { LogitsError } from "../core/index.js";
import { checkLabels, logSigmoid, type Loss, type LossOptions, reduceRows, sigmoid } from "./loss.js";

export interface OrdinalLoss extends Loss {
  /** d value / d thresholds (or biases). */
  thresholdGradient: Float64Array;
}

/**
 * CORAL, for ordered classes: Σ_k BCE(f + b_k, [y > k]) over the K − 1 steps; gradient in f: Σ_k σ(f + b_k) − [y > k].
 *
 * Cao, Mirjalili & Raschka 2020.
 *
 * @param scores f, one a row.
 * @param biases b, K − 1 of them.
 * @param labels 0 … K − 1.
 */
export function coral(
  scores: readonly number[] | Float32Array | Float64Array,
  biases: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: LossOptions<Float32Array | Float64Array> = {},
): OrdinalLoss {
  const steps = biases.length;
  checkLabels("coral", labels, scores.length, steps + 1);
  const thresholdGradient = new Float64Array(steps);
  const loss = reduceRows(
    "coral",
    { values: scores, rows: scores.length, classes: 1 },
    options,
    ([f], row, gradient) => {
      let sum = 0;
      for (let k = 0; k < steps; k++) {
        const z = f! + biases[k]!;
        const above = labels[row]! > k;
        sum -= logSigmoid(above ? z : -z);
        const slope = sigmoid(z) - (above ? 1 : 0);
        gradient[0]! += slope;
        thresholdGradient[k]! += slope;
      }
      return { loss: sum, weight: 1 };
    },
  );
  if (options.reduction !== "sum") for (let k = 0; k < steps; k++) thresholdGradient[k]! /= scores.length;
  return { ...loss, thresholdGradient };
}

/**
 * Cumulative link (proportional odds): −ln(σ(θ_y − f) − σ(θ_{y−1} − f)), in log space as −(ln σ(a) + ln σ(−b) + ln(1 − e^{b − a})) with a = θ_y − f,
 * b = θ_{y−1} − f; θ_{−1} = −∞, θ_{K−1} = +∞. Gradient in f: 1 − σ(a) − σ(b) turned by sign as the ends require.
 *
 * McCullagh, JRSS B 1980.
 *
 * @param thresholds θ, K − 1 of them, strictly rising.
 */
export function cumulativeLink(
  scores: readonly number[] | Float32Array | Float64Array,
  thresholds: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: LossOptions<Float32Array | Float64Array> = {},
): OrdinalLoss {
  const steps = thresholds.length;
  checkLabels("cumulativeLink", labels, scores.length, steps + 1);
  for (let k = 1; k < steps; k++) {
    if (!(thresholds[k]! > thresholds[k - 1]!)) {
      throw new LogitsError(
        "bad-argument",
        `Cannot compute cumulativeLink: thresholds must rise strictly, got ${thresholds[k - 1]} then ${thresholds[k]}`,
      );
    }
  }
  const thresholdGradient = new Float64Array(steps);
  const loss = reduceRows(
    "cumulativeLink",
    { values: scores, rows: scores.length, classes: 1 },
    options,
    ([f], row, gradient) => {
      const y = labels[row]!;
      const a = y < steps ? thresholds[y]! - f! : Infinity;
      const b = y > 0 ? thresholds[y - 1]! - f! : -Infinity;
      // e^{b − a} is the same for every score; expm1 keeps a narrow step.
      const gap = Math.log(-Math.expm1(b - a));
      const upper = a === Infinity ? 0 : logSigmoid(a);
      const lower = b === -Infinity ? 0 : logSigmoid(-b);
      gradient[0] = (a === Infinity ? 0 : sigmoid(-a)) - (b === -Infinity ? 0 : sigmoid(b));
      const between = a === Infinity || b === -Infinity ? 0 : 1 / Math.expm1(a - b);
      if (y < steps) thresholdGradient[y]! -= sigmoid(-a) + between;
      if (y > 0) thresholdGradient[y - 1]! += sigmoid(b) + between;
      return { loss: -(upper + lower + gap), weight: 1 };
    },
  );
  if (options.reduction !== "sum") for (let k = 0; k < steps; k++) thresholdGradient[k]! /= scores.length;
  return { ...loss, thresholdGradient };
}
