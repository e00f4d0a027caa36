/** A smooth convex function of a few parameters: its value, and on demand gradient and Hessian (row-major) at x. */
export type Objective = (x: Float64Array, gradient: Float64Array, hessian: Float64Array) => number;

export interface Minimum {
  x: Float64Array;
  value: number;
  /** Largest |gradient| there. */
  gradient: number;
  iterations: number;
  converged: boolean;
}

/**
 * Newton's method with a ridge that grows until the step goes down (Levenberg–Marquardt) and halving line search.
 * For convex problems of up to a few dozen parameters.
 *
 * @param tolerance stop when the expected decrease, or every relative change of x, falls below it.
 */
export function newton(
  objective: Objective,
  start: ArrayLike<number>,
  { tolerance = 1e-12, iterations = 100 }: { tolerance?: number; iterations?: number } = {},
): Minimum {
  const n = start.length;
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(n);
  let hessian: Float64Array = new Float64Array(n * n);
  let value = objective(x, gradient, hessian);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const step = solvePositive(hessian, gradient);
    const decrease = dot(step, gradient);
    if (!(decrease > tolerance * Math.max(1, Math.abs(value))))
      return { x, value, gradient: largest(gradient), iterations: iteration, converged: true };
    let scale = 1;
    let moved = false;
    for (let halving = 0; halving < 50; halving++, scale /= 2) {
      const next = x.map((xi, i) => xi - scale * step[i]!);
      const nextGradient = new Float64Array(n);
      const nextHessian = new Float64Array(n * n);
      const nextValue = objective(next, nextGradient, nextHessian);
      if (!(nextValue <= value - 1e-4 * scale * decrease)) continue;
      [x, gradient, hessian, value] = [next, nextGradient, nextHessian, nextValue];
      moved = true;
      break;
    }
    // Rounding is all that is left to gain.
    if (!moved)
      return {
        x,
        value,
        gradient: largest(gradient),
        iterations: iteration,
        converged: decrease < 1e-6 * Math.max(1, Math.abs(value)),
      };
  }
  return { x, value, gradient: largest(gradient), iterations, converged: false };
}

/** Solves (H + λI) s = g by Cholesky, with the smallest λ of a rising series for which H + λI is positive definite. */
export function solvePositive(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const n = gradient.length;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += Math.abs(hessian[i * n + i]!);
  for (let ridge = 0; ; ridge = ridge === 0 ? Math.max(1e-12 * (trace / n), 1e-300) : ridge * 10) {
    const factor = cholesky(hessian, n, ridge);
    if (!factor) continue;
    const s = Float64Array.from(gradient);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) s[i]! -= factor[i * n + k]! * s[k]!;
      s[i]! /= factor[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) s[i]! -= factor[k * n + i]! * s[k]!;
      s[i]! /= factor[i * n + i]!;
    }
    return s;
  }
}

function cholesky(a: Float64Array, n: number, ridge: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]! + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 1e-14 * Math.abs(a[i * n + i]!) + 1e-300) l[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, ai, i) => sum + ai * b[i]!, 0);
const largest = (a: Float64Array): number => a.reduce((most, ai) => Math.max(most, Math.abs(ai)), 0);
