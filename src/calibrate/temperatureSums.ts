import { type Batch, LogitsError, type NllSums, notFinite, nllSums } from "../core/index.js";

/**
 * Sums over the rows of a batch of lse(βz) − βz_y and of its first three derivatives in β. Sums of several batches add up to those of all rows.
 *
 * β = 0 and β = Infinity are the limits, summed exactly: there the gradient is Σ mean(z) − z_y over unmasked classes, and Σ max(z) − z_y.
 *
 * @param batch labelled logits; −Infinity is a masked class.
 * @throws "infinite-loss" when a true label is masked; "not-finite" for NaN, +Infinity or a wholly masked row.
 */
export function temperatureSums(batch: Batch, beta: number): NllSums {
  const sums = sumsOf(batch, beta);
  if (!Number.isFinite(sums.gradient + sums.hessian)) throw unusable(batch);
  return sums;
}

/** The same sums, of a sample where `every` > 1 (see nllSums); not finite where `temperatureSums` throws. */
export function sumsOf({ values, labels, rows, classes }: Batch, beta: number, every = 1): NllSums {
  if (beta === 0) return sumsAtZero(values, labels!, classes);
  if (beta === Infinity) return sumsAtInfinity(values, labels!, classes);
  return nllSums(values, labels!, rows, classes, beta, every);
}

function sumsAtZero(values: Batch["values"], labels: Int32Array, classes: number): NllSums {
  const sums: NllSums = { nll: 0, gradient: 0, hessian: 0, third: 0 };
  for (let row = 0, start = 0; row < labels.length; row++, start += classes) {
    const max = rowMax(values, start, classes);
    let first = 0;
    let second = 0;
    let finite = 0;
    for (let k = start; k < start + classes; k++) {
      const z = values[k]! - max;
      if (z === -Infinity) continue;
      first += z;
      second += z * z;
      finite++;
    }
    const mean = first / finite;
    sums.nll += Math.log(finite);
    sums.gradient += mean - (values[start + labels[row]!]! - max);
    sums.hessian += second / finite - mean * mean;
  }
  return sums;
}

function sumsAtInfinity(values: Batch["values"], labels: Int32Array, classes: number): NllSums {
  const sums: NllSums = { nll: 0, gradient: 0, hessian: 0, third: 0 };
  for (let row = 0, start = 0; row < labels.length; row++, start += classes) {
    const max = rowMax(values, start, classes);
    let maxima = 0;
    for (let k = start; k < start + classes; k++) if (values[k] === max) maxima++;
    sums.nll += Math.log(maxima);
    sums.gradient += max - values[start + labels[row]!]!;
  }
  if (sums.gradient > 0) sums.nll = Infinity;
  return sums;
}

function rowMax(values: Batch["values"], start: number, classes: number): number {
  let max = -Infinity;
  for (let k = start; k < start + classes; k++) if (!(values[k]! <= max)) max = values[k]!;
  return max;
}

/** What is wrong with a batch whose sums are not finite, and where. */
function unusable(batch: Batch): LogitsError {
  const { values, rows, classes } = batch;
  const labels = batch.labels!;
  let masked = -1;
  for (let row = 0; row < rows; row++) {
    if (!Number.isFinite(rowMax(values, row * classes, classes))) return notFinite(batch, row);
    for (let k = 0; k < classes; k++) if (Number.isNaN(values[row * classes + k])) return notFinite(batch, row);
    if (masked < 0 && values[row * classes + labels[row]!] === -Infinity) masked = row;
  }
  if (masked < 0)
    return new LogitsError(
      "bad-data",
      "Cannot fit a temperature: sums over the logits must be finite, got an overflow",
    );
  const row = (batch.offset ?? 0) + masked;
  return new LogitsError(
    "infinite-loss",
    `Cannot fit a temperature: every true label must have a finite score, got -Infinity in row ${row}`,
    { row, hint: "Drop those rows, or unmask their true class." },
  );
}

/** At most this many rows are looked at for the spread. */
const sampled = 256;

/**
 * One over the typical spread of a row, max − mean over its unmasked classes: the β at which softmax of the logits is neither flat nor a single spike,
 * whatever their unit. 1 when every row is constant. Taken from some rows only, since it decides nothing but where a search starts.
 */
export function typicalBeta(batch: Batch): number {
  const { values, rows, classes } = batch;
  for (const step of new Set([Math.ceil(rows / sampled), 1])) {
    let total = 0;
    let uneven = 0;
    for (let row = 0; row < rows; row += step) {
      const start = row * classes;
      const max = rowMax(values, start, classes);
      let sum = 0;
      let finite = 0;
      for (let k = start; k < start + classes; k++) {
        if (values[k] === -Infinity) continue;
        sum += max - values[k]!;
        finite++;
      }
      if (!(sum > 0 && sum < Infinity)) continue;
      total += sum / finite;
      uneven++;
    }
    if (total > 0) return uneven / total;
  }
  return 1;
}
