import type { NllSums } from "../core/index.js";

/** Where the optimum is not finite, 1/T is this factor away from where the search began. */
const widest = 2 ** 40;
/** Estimated relative error of T at which the search ends. */
const finest = 1e-10;
const mostPasses = 200;

export interface TemperatureFit {
  /** NaN when the sums were not finite. */
  temperature: number;
  /**
   * Where no finite T is best: "hot" when T → ∞ (the scores say no more than chance), "cold" when T → 0 (every label is a maximum of its row),
   * "flat" when every T is as good (each row is constant).
   */
  bound?: "hot" | "cold" | "flat";
  /** How many times the rows were looked at. */
  passes: number;
}

export interface SearchOptions {
  /** Estimated relative error of T at which the search ends; default 1e-10. */
  precision?: number;
}

/**
 * The search for the unique T > 0 that minimises L(β) = Σ lse(βz) − βz_y, β = 1/T, as a generator: it yields the β at which it wants the sums
 * over all rows, and is given them. So rows may be anywhere: in memory, in a stream that is read again, on other threads.
 *
 * L is convex. Newton's step, with the change of curvature taken into account (Halley), is kept within a factor 4 and within
 * the bracket of the sign change of L′, else the bracket is halved on ln β; it converges from any start. Where no sign change shows, it asks for the
 * sums at β = 0 and β = Infinity (see `temperatureSums`), which decide exactly: there L′(0) ≥ 0 says that T is infinite, L′(∞) = 0 that it is 0.
 *
 * @param start where to begin, in the unit 1/logits: one over the typical spread of a row.
 */
export function* searchTemperature(
  start: number,
  { precision = finest }: SearchOptions = {},
): Generator<number, TemperatureFit, NllSums> {
  let low = 0;
  let high = Infinity;
  let beta = start;
  let asked = false;
  let passes = 0;
  while (passes < mostPasses) {
    const { gradient, hessian, third } = yield beta;
    passes++;
    if (!Number.isFinite(gradient + hessian)) return { temperature: NaN, passes };
    if (gradient === 0 && hessian === 0) return { temperature: 1, bound: "flat", passes };
    if (gradient < 0) low = Math.max(low, beta);
    else high = Math.min(high, beta);

    // Far from the start and no sign change yet: is there one at all?
    if (!asked && (low === 0 || high === Infinity) && Math.abs(Math.log(beta / start)) > 3) {
      asked = true;
      passes++;
      if (low === 0 && (yield 0).gradient >= 0) return { temperature: widest / start, bound: "hot", passes };
      if (high === Infinity && (yield Infinity).gradient <= 0)
        return { temperature: 1 / (start * widest), bound: "cold", passes };
    }

    const change = boundedStep(beta, gradient, hessian, third);
    let next = beta + change;
    // What is left after a step: of the third order in it.
    const relative = Math.abs(change / beta);
    const bend = hessian > 0 ? (third * beta) / hessian : 0;
    const left = relative ** 3 * (1 + bend * bend);
    const inside = next > low && next < high;
    if (gradient === 0 || (relative < 0.1 && left < precision))
      return { temperature: 1 / (inside ? next : beta), passes };
    if (!inside) {
      if (high / low - 1 < precision) return { temperature: 1 / beta, passes };
      next = Math.sqrt(low) * Math.sqrt(high);
    }
    beta = next;
  }
  return { temperature: 1 / beta, passes };
}

/** Halley's step towards L′ = 0, where it makes sense; Newton's otherwise; never beyond a factor 4. */
function boundedStep(beta: number, gradient: number, hessian: number, third: number): number {
  let step = hessian > 0 ? -gradient / hessian : -Math.sign(gradient) * Infinity;
  const correction = 1 + (third * step) / (2 * hessian);
  if (Math.abs(step) < 0.1 * beta && correction > 0.5 && correction < 2) step /= correction;
  return Math.min(Math.max(step, -0.75 * beta), 3 * beta);
}

/**
 * The temperature with the least negative log-likelihood.
 *
 * @param sums the loss at β = 1/T over all rows, with its first two derivatives in β; also at β = 0 and Infinity when asked.
 * @param start where to begin: one over the typical spread of a row. Any number > 0 gives the same T.
 *
 * @example
 *     fitTemperature((beta) => temperatureSums(batch, beta), typicalBeta(batch)).temperature
 */
export function fitTemperature(
  sums: (beta: number) => NllSums,
  start = 1,
  options: SearchOptions = {},
): TemperatureFit {
  const search = searchTemperature(start, options);
  let step = search.next();
  while (!step.done) step = search.next(sums(step.value));
  return step.value;
}
