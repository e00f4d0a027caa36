import type { Minimum } from "./newton.js";

/** A smooth function of many parameters: its value, and its gradient into the second argument. */
export type Gradient = (x: Float64Array, gradient: Float64Array) => number;

/**
 * Limited-memory BFGS with a line search that satisfies the strong Wolfe conditions by bracketing and bisection.
 *
 * Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5.
 *
 * @param tolerance stop when the largest |gradient| falls below it.
 */
export function lbfgs(
  objective: Gradient,
  start: ArrayLike<number>,
  {
    tolerance = 1e-9,
    iterations = 500,
    memory = 12,
  }: { tolerance?: number; iterations?: number; memory?: number } = {},
): Minimum {
  const n = start.length;
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(n);
  let value = objective(x, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    if (largest(gradient) <= tolerance)
      return { x, value, gradient: largest(gradient), iterations: iteration, converged: true };
    const direction = twoLoop(gradient, steps, changes);
    let slope = -dot(direction, gradient);
    if (!(slope < 0)) {
      steps.length = 0;
      changes.length = 0;
      direction.set(gradient);
      slope = -dot(gradient, gradient);
    }
    const first = steps.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    const found = wolfe(objective, x, value, direction, slope, first);
    if (!found)
      return { x, value, gradient: largest(gradient), iterations: iteration, converged: largest(gradient) < 1e-5 };
    const step = found.x.map((xi, i) => xi - x[i]!);
    const change = found.gradient.map((gi, i) => gi - gradient[i]!);
    if (dot(step, change) > 1e-300) {
      steps.push(step);
      changes.push(change);
      if (steps.length > memory) {
        steps.shift();
        changes.shift();
      }
    }
    ({ x, value, gradient } = found);
  }
  return { x, value, gradient: largest(gradient), iterations, converged: false };
}

function twoLoop(gradient: Float64Array, steps: Float64Array[], changes: Float64Array[]): Float64Array {
  const q = Float64Array.from(gradient);
  const alphas: number[] = [];
  for (let k = steps.length - 1; k >= 0; k--) {
    const alpha = dot(steps[k]!, q) / dot(steps[k]!, changes[k]!);
    alphas[k] = alpha;
    addScaled(q, -alpha, changes[k]!);
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const scale = dot(steps[last]!, changes[last]!) / dot(changes[last]!, changes[last]!);
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  for (let k = 0; k < steps.length; k++) {
    const beta = dot(changes[k]!, q) / dot(steps[k]!, changes[k]!);
    addScaled(q, alphas[k]! - beta, steps[k]!);
  }
  return q;
}

interface Point {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
}

function wolfe(
  objective: Gradient,
  x: Float64Array,
  value: number,
  direction: Float64Array,
  slope: number,
  first: number,
): Point | undefined {
  let low = 0;
  let high = Infinity;
  let t = first;
  let best: Point | undefined;
  for (let trial = 0; trial < 60; trial++) {
    const next = x.map((xi, i) => xi - t * direction[i]!);
    const gradient = new Float64Array(x.length);
    const nextValue = objective(next, gradient);
    const nextSlope = -dot(direction, gradient);
    const down = nextValue <= value + 1e-4 * t * slope;
    if (down && (!best || nextValue < best.value)) best = { x: next, value: nextValue, gradient };
    if (!down || Number.isNaN(nextValue)) high = t;
    else if (nextSlope < 0.9 * slope) low = t;
    else if (nextSlope > -0.9 * slope) high = t;
    else return { x: next, value: nextValue, gradient };
    t = high === Infinity ? 2 * t : (low + high) / 2;
    if (high - low < 1e-16 * high) break;
  }
  return best && best.value < value ? best : undefined;
}

function addScaled(into: Float64Array, scale: number, from: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += scale * from[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const largest = (a: Float64Array): number => a.reduce((most, ai) => Math.max(most, Math.abs(ai)), 0);
