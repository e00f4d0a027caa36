import { type Batch, type Calibrator, LogitsError, toLogits } from "../core/index.js";

/** Log-odds of a class that has nothing against it: no probability in f64 is nearer to 1 than that of 40, and a fit is not torn by it. */
const farthest = 745;

/**
 * Log-odds of every class against the rest, ln p_k/(1 − p_k) = z_k − lse(others), rows × classes. Computed from logits, so they keep their digits
 * where p_k rounds to 0 or 1. A masked class stays −Infinity.
 */
export function logOddsAgainstRest(given: Batch): Float64Array {
  const { values, rows, classes } = toLogits(given);
  const out = new Float64Array(rows * classes);
  const e = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let max = -Infinity;
    let winner = 0;
    for (let k = 0; k < classes; k++) {
      if (!(values[start + k]! > max)) continue;
      max = values[start + k]!;
      winner = k;
    }
    // The others are summed from the largest of them down: subtracting the winner would cancel, and exp(second − max) may be 0.
    let second = -Infinity;
    for (let k = 0; k < classes; k++) if (k !== winner && values[start + k]! > second) second = values[start + k]!;
    let others = 0;
    for (let k = 0; k < classes; k++) {
      e[k] = k === winner ? 0 : Math.exp(values[start + k]! - second);
      others += e[k]!;
    }
    const gap = max - second;
    const own = Math.exp(gap);
    for (let k = 0; k < classes; k++) {
      const z = values[start + k]!;
      if (z === -Infinity) out[start + k] = -Infinity;
      else if (k === winner) out[start + k] = second === -Infinity ? farthest : gap - Math.log(others);
      // ln(exp(gap) + others without k), also where exp(gap) overflows.
      else out[start + k] = z - max - Math.log1p((others - e[k]!) / own);
    }
  }
  return out;
}

/** σ(q): the probability of log-odds. */
export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** ln σ(x) without overflow. */
export function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}

/** One function of log-odds a class: the same rows with scores ln p_k, whose softmax renormalises them. */
export function mapClasses(batch: Batch, logP: (logOdds: number, k: number) => number): Batch {
  const { rows, classes } = batch;
  const values = logOddsAgainstRest(batch);
  for (let row = 0; row < rows; row++) {
    let alive = false;
    const masked: boolean[] = [];
    for (let k = 0; k < classes; k++) {
      const at = row * classes + k;
      masked[k] = values[at] === -Infinity;
      if (!masked[k]) values[at] = logP(values[at]!, k);
      if (values[at] !== -Infinity) alive = true;
    }
    // Every class was given 0: nothing is known about the row, so every class that it still has is as likely.
    if (!alive) masked.forEach((hidden, k) => (values[row * classes + k] = hidden ? -Infinity : 0));
  }
  return { ...batch, kind: "logits", values };
}

/** Refuses learned numbers that are not one finite number (or list) a class. */
export function checkPerClass(params: Calibrator["params"], names: string[], classes: number): void {
  for (const name of names) {
    const list = params[name];
    const fine =
      Array.isArray(list) &&
      (classes === 0 || list.length === classes) &&
      (list as (number | number[])[]).every((entry) =>
        [entry].flat().every((value) => typeof value === "number" && Number.isFinite(value)),
      );
    if (fine) continue;
    if (Array.isArray(list) && classes !== 0 && list.length !== classes) {
      throw new LogitsError(
        "mismatch",
        `Cannot use this calibrator: the scores must have its ${list.length} classes, got ${classes}`,
      );
    }
    throw new LogitsError(
      "bad-data",
      `Cannot use this calibrator: params.${name} must be a list of finite numbers, got ${JSON.stringify(list)?.slice(0, 60)}`,
    );
  }
}
