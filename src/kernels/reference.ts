/**
 * The plain loops: f64 sums, nothing clever. They are what the fast kernels are compared with, and what runs where WebAssembly does not.
 *
 * All of them take finite scores or −Infinity (a masked class); what NaN, +Infinity or a wholly masked row give is said at each.
 */

export type Floats = Float32Array | Float64Array;

/** What is known of each row after one look at it. All arrays have one entry a row. */
export interface RowStats {
  /** Lowest index of the largest score. */
  argmax: Int32Array;
  /** 1 where another class has exactly the largest score too. */
  tie: Uint8Array;
  /** The largest score. */
  max: Float64Array;
  /** Σ over the other classes of exp(z − max). NaN where the row holds NaN, +Infinity or only −Infinity. */
  rest: Float64Array;
}

export function rowStats(values: Floats, rows: number, classes: number, out: RowStats): void {
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let max = values[start]!;
    let argmax = 0;
    let tie = 0;
    for (let k = 1; k < classes; k++) {
      const z = values[start + k]!;
      if (z > max) {
        max = z;
        argmax = k;
        tie = 0;
      } else if (z === max) tie = 1;
    }
    let rest = 0;
    for (let k = 0; k < classes; k++) {
      if (k !== argmax) rest += Math.exp(values[start + k]! - max);
    }
    if (!Number.isFinite(max)) rest = NaN;
    out.argmax[row] = argmax;
    out.tie[row] = tie;
    out.max[row] = max;
    out.rest[row] = rest;
  }
}

/** Sums over the rows of the negative log-likelihood of β·z, and of its first two derivatives in β (= 1/T). */
export interface NllSums {
  nll: number;
  gradient: number;
  hessian: number;
}

/**
 * Σᵢ lse(βz) − βz_y with first derivative Σᵢ ⟨z⟩ − z_y and second Σᵢ ⟨z²⟩ − ⟨z⟩², where ⟨·⟩ is the mean under softmax(βz).
 * A masked true label gives nll = Infinity.
 */
export function nllSums(values: Floats, labels: Int32Array, rows: number, classes: number, beta: number): NllSums {
  let nll = 0;
  let gradient = 0;
  let hessian = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, values[start + k]!);
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[start + k]! - max;
      if (z === -Infinity) continue;
      const e = Math.exp(beta * z);
      sum += e;
      first += e * z;
      second += e * z * z;
    }
    const mean = first / sum;
    const zy = values[start + labels[row]!]! - max;
    nll += Math.log(sum) - beta * zy;
    gradient += mean - zy;
    hessian += second / sum - mean * mean;
  }
  return { nll, gradient, hessian };
}

/** softmax of each row. A row with NaN, +Infinity or only −Infinity becomes NaN. */
export function softmaxRows(values: Floats, rows: number, classes: number, out: Floats): void {
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, values[start + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(values[start + k]! - max);
    for (let k = 0; k < classes; k++) out[start + k] = Math.exp(values[start + k]! - max) / sum;
  }
}
