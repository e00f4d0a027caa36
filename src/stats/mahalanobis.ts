/** Sums from which the means of groups and the covariance within them are made. Rows may come in parts. */
export interface Scatter {
  width: number;
  /** False when only variances are kept. */
  full: boolean;
  /** Origin of the sums, the first row seen: keeps large common offsets from cancelling digits. */
  origin: Float64Array | undefined;
  count: Float64Array;
  /** groups × width. */
  sum: Float64Array;
  /** width × width, its lower triangle; `width` variances when not `full`. */
  square: Float64Array;
}

/** Wider rows get a diagonal covariance: a full one costs width² a row. */
const widest = 128;

export function initScatter(groups: number, width: number): Scatter {
  const full = width <= widest;
  return {
    width,
    full,
    origin: undefined,
    count: new Float64Array(groups),
    sum: new Float64Array(groups * width),
    square: new Float64Array(full ? width * width : width),
  };
}

/** Adds row `row` of `values` (rows × width) to a group. An entry that is not finite says nothing: it counts as the origin. */
export function addScatter(scatter: Scatter, values: ArrayLike<number>, row: number, group: number): void {
  const { width, full, count, sum, square } = scatter;
  const start = row * width;
  scatter.origin ??= Float64Array.from({ length: width }, (_, i) => finite(values[start + i]!));
  const { origin } = scatter;
  const x = scratch(width);
  for (let i = 0; i < width; i++) {
    const value = values[start + i]!;
    x[i] = Number.isFinite(value) ? value - origin[i]! : 0;
  }
  count[group]!++;
  for (let i = 0; i < width; i++) {
    const xi = x[i]!;
    sum[group * width + i]! += xi;
    if (!full) square[i]! += xi * xi;
    else for (let j = 0; j <= i; j++) square[i * width + j]! += xi * x[j]!;
  }
}

export interface Mahalanobis {
  /** How much of the covariance was replaced by its mean variance, in (0, 1]. */
  shrinkage: number;
  /**
   * √((x − μ)ᵀ Σ⁻¹ (x − μ)/width) of all rows of `values` (rows × width), μ the mean of the other rows of its group: 1 is usual whatever the width. NaN where a
   * row is alone. Entries that are not finite add nothing.
   */
  distances: Distances;
}

/** @param groups one a row. */
type Distances = (values: ArrayLike<number>, groups: Int32Array) => Float64Array;

/**
 * Distance of rows from the mean of their group under the covariance pooled within groups, Σ = (1 − s) S + s (tr S/width) I.
 *
 * s is the oracle approximating shrinkage (Chen, Wiesel, Eldar & Hero, IEEE TSP 2010, eq. 23; as in scikit-learn's `OAS`), and at least 0.001: networks
 * whose logits sum to 0 leave a direction in which there is nothing but rounding. Wider than 128 the covariance is diagonal.
 */
export function mahalanobis(scatter: Scatter): Mahalanobis {
  const { width, count, sum, origin } = scatter;
  const { covariance, shrinkage } = shrunk(scatter);
  return {
    shrinkage,
    distances: whitened(covariance, width, (values, start, group, x, at, step) => {
      const n = count[group]!;
      const known = n > 1 && origin;
      for (let i = 0; i < width; i++) {
        const value = values[start + i]!;
        // n/(n − 1) turns the distance from the mean of all into the distance from the mean of the others.
        if (!known) x[at + i * step] = NaN;
        else
          x[at + i * step] = Number.isFinite(value)
            ? ((value - known[i]! - sum[group * width + i]! / n) * n) / (n - 1)
            : 0;
      }
    }),
  };
}

/** Means of groups and the shrunk covariance within them, as plain numbers that can be saved. */
export interface DistanceLaw {
  /** One row a group; empty for a group that no row was in. */
  means: number[][];
  /** The mean of all rows: what a group without rows is measured from. */
  mean: number[];
  /** width × width, or `width` variances where rows are wider than 128. */
  covariance: number[];
  shrinkage: number;
}

/** What `mahalanobis` learned from these rows, to be used on others. */
export function distanceLaw(scatter: Scatter): DistanceLaw {
  const { width, count, sum, origin } = scatter;
  const { covariance, shrinkage } = shrunk(scatter);
  const centre = (total: (i: number) => number, n: number): number[] =>
    Array.from({ length: width }, (_, i) => origin![i]! + total(i) / n);
  const groups = Array.from(count, (n, group) => ({ n, group }));
  const rows = count.reduce((a, b) => a + b, 0);
  return {
    means: groups.map(({ n, group }) => (n > 0 ? centre((i) => sum[group * width + i]!, n) : [])),
    mean: centre((i) => groups.reduce((all, { group }) => all + sum[group * width + i]!, 0), rows),
    covariance: Array.from(covariance),
    shrinkage,
  };
}

/**
 * Distances of rows that the law was not learned from, of all rows of `values` (rows × width) in their groups: √((x − μ)ᵀ Σ⁻¹ (x − μ)/width). Entries that are
 * not finite add nothing.
 */
export function distanceFrom({
  means,
  mean,
  covariance,
}: Omit<DistanceLaw, "means"> & { means: readonly ArrayLike<number>[] }): Distances {
  const width = mean.length;
  const centres = means.map((centre) => Float64Array.from(centre.length > 0 ? centre : mean));
  return whitened(Float64Array.from(covariance), width, (values, start, group, x, at, step) => {
    const centre = centres[group]!;
    for (let i = 0; i < width; i++) {
      const value = values[start + i]!;
      x[at + i * step] = Number.isFinite(value) ? value - centre[i]! : 0;
    }
  });
}

/** (1 − s) S + s (tr S/width) I of the covariance within groups: width × width, or the diagonal alone. */
function shrunk(scatter: Scatter): { covariance: Float64Array; shrinkage: number } {
  const { width, full, count } = scatter;
  const covariance = pooled(scatter);
  const diagonal = (i: number): number => (full ? i * width + i : i);
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[diagonal(i)]!;
  // Rows that are all alike have no covariance; any distance from them is then in units of 1.
  const target = trace > 0 ? trace / width : 1;
  const rows = count.reduce((a, b) => a + b, 0);
  const shrinkage = Math.max(full ? oas(covariance, width, rows) : 0, 1e-3);
  for (let i = 0; i < covariance.length; i++) covariance[i]! *= 1 - shrinkage;
  for (let i = 0; i < width; i++) covariance[diagonal(i)]! += shrinkage * target;
  return { covariance, shrinkage };
}

/** Writes how far the row that starts at `start` is from the centre of its group to x[at], x[at + step] … */
type Centre = (
  values: ArrayLike<number>,
  start: number,
  group: number,
  x: Float64Array,
  at: number,
  step: number,
) => void;

/** Rows whose numbers lie side by side, so that a loop goes over them. */
const together = 64;

/** √(xᵀ Σ⁻¹ x/width) of rows, x as `centre` gives it. */
function whitened(covariance: Float64Array, width: number, centre: Centre): Distances {
  const full = covariance.length > width || width === 1;
  const factor = full ? cholesky((i, j) => covariance[i * width + j]!, width) : covariance.map(Math.sqrt);
  return (values, groups) => {
    const distances = new Float64Array(groups.length);
    const x = new Float64Array(width * Math.min(together, groups.length));
    for (let start = 0; start < groups.length; start += together) {
      const out = distances.subarray(start, start + together);
      const count = out.length;
      for (let r = 0; r < count; r++) centre(values, (start + r) * width, groups[start + r]!, x, r, count);
      solve(x, out);
      for (let r = 0; r < count; r++) out[r] = Math.sqrt(out[r]! / width);
    }
    return distances;
  };

  /** Adds to `out` the squares of L⁻¹ x, of as many columns of x as it has room for. */
  function solve(x: Float64Array, out: Float64Array): void {
    const count = out.length;
    for (let i = 0; i < width; i++) {
      const own = i * count;
      for (let j = full ? 0 : i; j < i; j++) {
        const share = factor[i * width + j]!;
        for (let r = 0; r < count; r++) x[own + r]! -= share * x[j * count + r]!;
      }
      const scale = factor[full ? i * width + i : i]!;
      for (let r = 0; r < count; r++) {
        const value = x[own + r]! / scale;
        x[own + r] = value;
        out[r]! += value * value;
      }
    }
  }
}

/** Covariance within groups: (Σ x xᵀ − Σ_g n_g m_g m_gᵀ)/(n − groups seen). */
function pooled({ width, full, count, sum, square }: Scatter): Float64Array {
  const covariance = Float64Array.from(square);
  let freedom = 0;
  for (let group = 0; group < count.length; group++) {
    const n = count[group]!;
    if (n === 0) continue;
    freedom += n - 1;
    for (let i = 0; i < width; i++) {
      const si = sum[group * width + i]!;
      if (!full) covariance[i]! -= (si * si) / n;
      else for (let j = 0; j <= i; j++) covariance[i * width + j]! -= (si * sum[group * width + j]!) / n;
    }
  }
  for (let i = 0; i < covariance.length; i++) covariance[i]! /= Math.max(freedom, 1);
  return covariance;
}

function oas(covariance: Float64Array, width: number, rows: number): number {
  let squares = 0;
  let trace = 0;
  for (let i = 0; i < width; i++) {
    trace += covariance[i * width + i]!;
    for (let j = 0; j <= i; j++) squares += (i === j ? 1 : 2) * covariance[i * width + j]! ** 2;
  }
  const mean = squares / width ** 2;
  const mu2 = (trace / width) ** 2;
  const denominator = (rows + 1) * (mean - mu2 / width);
  return denominator <= 0 ? 1 : Math.min(1, (mean + mu2) / denominator);
}

function cholesky(at: (i: number, j: number) => number, width: number): Float64Array {
  const factor = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let value = at(i, j);
      for (let k = 0; k < j; k++) value -= factor[i * width + k]! * factor[j * width + k]!;
      factor[i * width + j] = i === j ? Math.sqrt(Math.max(value, Number.MIN_VALUE)) : value / factor[j * width + j]!;
    }
  }
  return factor;
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

let buffer = new Float64Array(0);
function scratch(width: number): Float64Array {
  if (buffer.length < width) buffer = new Float64Array(width);
  return buffer;
}
