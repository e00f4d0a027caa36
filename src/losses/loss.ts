import { LogitsError } from "../core/index.js";

type Floats = Float32Array | Float64Array;

/** Logits of many rows, row-major. */
export interface LossInput {
  values: readonly number[] | Floats;
  rows: number;
  classes: number;
}

/** How the losses of rows become one value: their mean (weighted, where there are weights), or their sum. */
export type Reduction = "mean" | "sum";

export interface LossOptions<Out extends Floats = Float64Array> {
  /** Default "mean". */
  reduction?: Reduction;
  /** Where the gradient goes, rows × classes; default a new Float64Array. */
  out?: Out;
}

export interface Loss {
  /** Reduced, in nats. */
  value: number;
  /** One a row, before reduction; 0 for an ignored row. */
  losses: Float64Array;
  /** d value / d logits, rows × classes. */
  gradient: Floats;
}

/** Loss of one row; writes its gradient into `gradient[0 … classes − 1]`, and returns the row's weight in the mean (0 to ignore it). */
export type RowLoss = (z: Float64Array, row: number, gradient: Float64Array) => { loss: number; weight: number };

/** Runs a row's loss over all rows and reduces value and gradient alike. */
export function reduceRows(action: string, input: LossInput, options: LossOptions<Floats>, rowLoss: RowLoss): Loss {
  const { values, rows, classes } = input;
  if (values.length !== rows * classes) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: ${rows} rows × ${classes} classes must be ${rows * classes} numbers, got ${values.length}`,
    );
  }
  const gradient = options.out ?? new Float64Array(rows * classes);
  if (gradient.length !== rows * classes) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: out must have length ${rows * classes}, got ${gradient.length}`,
    );
  }
  const losses = new Float64Array(rows);
  const z = new Float64Array(classes);
  const slope = new Float64Array(classes);
  let sum = 0;
  let weight = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < classes; k++) {
      z[k] = values[row * classes + k]!;
      if (Number.isNaN(z[k]) || z[k] === Infinity) {
        throw new LogitsError(
          "not-finite",
          `Cannot compute ${action}: a score must be finite or -Infinity, got ${z[k]} in row ${row}, column ${k}`,
          { row, column: k },
        );
      }
    }
    slope.fill(0);
    const result = rowLoss(z, row, slope);
    losses[row] = result.loss;
    sum += result.loss;
    weight += result.weight;
    for (let k = 0; k < classes; k++) gradient[row * classes + k] = slope[k]!;
  }
  if (options.reduction === "sum") return { value: sum, losses, gradient };
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= weight;
  return { value: sum / weight, losses, gradient };
}

/** Refuses labels that are not classes. */
export function checkLabels(
  action: string,
  labels: ArrayLike<number>,
  rows: number,
  classes: number,
  ignoreIndex?: number,
): void {
  if (labels.length !== rows)
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: there must be one label a row (${rows}), got ${labels.length}`,
    );
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    if (label === ignoreIndex || (Number.isInteger(label) && label >= 0 && label < classes)) continue;
    throw new LogitsError(
      "bad-argument",
      `Cannot compute ${action}: a label must be in [0, ${classes - 1}], got ${label} in row ${row}`,
      { row },
    );
  }
}

/** ln softmax of a row into `out`; its log-sum-exp is returned. */
export function logSoftmaxInto(z: Float64Array, out: Float64Array): number {
  let max = -Infinity;
  for (const x of z) if (x > max) max = x;
  let sum = 0;
  for (const x of z) sum += Math.exp(x - max);
  const log = Math.log(sum);
  for (let k = 0; k < z.length; k++) out[k] = z[k]! - max - log;
  return max + log;
}

/** σ(x) and ln σ(x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

export function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}
