import { describe, expect, it } from "vitest";
import { lbfgs } from "./lbfgs.js";
import { newton, solvePositive } from "./newton.js";

describe("minimisers", () => {
  // Logistic regression on six points; optimum from scipy.optimize.minimize(method="BFGS", tol=1e-12).
  const xs = [-2, -1, -0.5, 0.5, 1, 3];
  const ys = [0, 0, 1, 0, 1, 1];
  const logistic = ([a, b]: ArrayLike<number> & Iterable<number>, g: Float64Array, h?: Float64Array): number => {
    g.fill(0);
    h?.fill(0);
    let loss = 0;
    xs.forEach((x, i) => {
      const z = a! * x + b!;
      const p = 1 / (1 + Math.exp(-z));
      loss += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - ys[i]! * z;
      g[0]! += (p - ys[i]!) * x;
      g[1]! += p - ys[i]!;
      if (h) {
        const w = p * (1 - p);
        h[0]! += w * x * x;
        h[1]! += w * x;
        h[2]! += w * x;
        h[3]! += w;
      }
    });
    return loss;
  };

  it("Newton and L-BFGS find the same optimum of a logistic regression", () => {
    const a = newton((x, g, h) => logistic(x, g, h), [0, 0]);
    const b = lbfgs((x, g) => logistic(x, g), [0, 0]);
    expect(a.converged && b.converged).toBe(true);
    expect(a.gradient).toBeLessThan(1e-6);
    expect(b.gradient).toBeLessThan(1e-8);
    a.x.forEach((xi, i) => expect(xi).toBeCloseTo(b.x[i]!, 6));
  });

  it("L-BFGS walks down Rosenbrock's valley", () => {
    const { x, converged } = lbfgs(
      ([a, b], g) => {
        g[0] = -2 * (1 - a!) - 400 * a! * (b! - a! * a!);
        g[1] = 200 * (b! - a! * a!);
        return (1 - a!) ** 2 + 100 * (b! - a! * a!) ** 2;
      },
      [-1.2, 1],
    );
    expect(converged).toBe(true);
    expect(x[0]).toBeCloseTo(1, 7);
    expect(x[1]).toBeCloseTo(1, 7);
  });

  it("a Hessian that is flat in one direction still gives a step", () => {
    const step = solvePositive(Float64Array.of(1, 0, 0, 0), Float64Array.of(2, 0));
    expect(step[0]).toBeCloseTo(2, 6);
    expect(step[1]).toBe(0);
  });
});
