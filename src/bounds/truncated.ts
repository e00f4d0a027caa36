import { LogitsError, type LogprobCapture, type LogprobStep, roundingError } from "../core/index.js";

/**
 * What a list of the most probable tokens says about a distribution: the log-probabilities of some tokens, and that no other is above `cap`.
 */
export interface Truncated {
  /** ln p of the listed tokens, in any order; −Infinity is a token that cannot occur. */
  logprobs: ArrayLike<number>;
  /** No unlisted token has a larger log-probability; default the smallest listed one, as in a list of the top k. */
  cap?: number;
  /** Number of tokens there are; without it there may be any number. */
  vocabulary?: number;
  /** Largest error of the listed log-probabilities, in nats: one number, or one each; default and no-op 0. */
  error?: number | ArrayLike<number>;
}

/** Two ends that contain the true value. */
export interface Range {
  lo: number;
  hi: number;
  /** The middle, only when the interval is at most as wide as was asked. */
  value?: number;
}

/** An interval that contains the true value whatever the unseen tokens are. */
export interface Interval extends Range {
  /** Probability that the listed tokens leave to the others. */
  unseen: number;
}

export interface BoundsOptions {
  /**
   * The temperature at which the answer is wanted, divided by the one that the log-probabilities have: every probability becomes p^(1/T),
   * renormalised. T > 0; default and no-op 1.
   */
  temperature?: number;
  /** A point value is given when hi − lo is at most this; default 0. */
  within?: number;
}

/**
 * A truncated distribution as the formulas need it: ratios to the largest probability that any token may have (e^reference), so that no power of
 * one overflows, whatever the temperature.
 */
export interface Known {
  /** ln p − reference, most probable first. */
  gaps: Float64Array;
  reference: number;
  /** 1 − Σp, at least 0. */
  unseen: number;
  /** Least and largest unseen mass that rounding allows, as ratios. */
  mass: [number, number];
  /** Largest ratio of an unlisted token. */
  cap: number;
  /** How many unlisted tokens there may be. */
  others: number;
  /** Largest error of a listed log-probability. */
  error: number;
}

/**
 * Checks a truncated distribution and computes its unseen mass 1 − Σp: from the largest p down with compensated sums, so that its error is
 * that of the given numbers.
 *
 * @throws "bad-argument" for a positive or NaN log-probability; "bad-data" when the listed probabilities sum to more than 1 beyond their error, or
 *   the unlisted tokens cannot hold the unseen mass.
 */
export function known({ logprobs, cap, vocabulary, error = 0 }: Truncated): Known {
  if (vocabulary !== undefined && !(Number.isInteger(vocabulary) && vocabulary >= 1))
    refuse("bad-argument", `the vocabulary must be an integer ≥ 1, got ${vocabulary}`);
  const errorOf = (i: number): number => (typeof error === "number" ? error : error[i]!);
  const order = Array.from({ length: logprobs.length }, (_, i) => i).sort((a, b) => logprobs[b]! - logprobs[a]!);
  let missing = 1;
  let lost = 0;
  let spread = 0;
  let largest = 0;
  for (const i of order) {
    const logprob = logprobs[i]!;
    if (!(logprob <= 0)) refuse("bad-argument", `a log-probability must be ≤ 0, got ${logprob} at index ${i}`);
    if (!(errorOf(i) >= 0)) refuse("bad-argument", `an error must be ≥ 0, got ${errorOf(i)} at index ${i}`);
    const p = Math.exp(logprob);
    const next = missing - p;
    lost += missing - next - p;
    missing = next;
    spread += p * Math.expm1(errorOf(i));
    largest = Math.max(largest, errorOf(i));
  }
  missing += lost;
  // Each exp and each subtraction is off by an ulp of its own; f64 numbers that are exact otherwise cannot sum more exactly.
  spread += 2 ** -52 * (1 + order.length / 4);
  if (missing < -spread - 1e-12)
    refuse("bad-data", `the listed probabilities must sum to at most 1, got ${1 - missing}`);
  const others = vocabulary === undefined ? Infinity : vocabulary - order.length;
  if (others < 0)
    refuse("bad-argument", `the vocabulary must hold the ${order.length} listed tokens, got ${vocabulary}`);
  const low = Math.max(0, missing - spread);
  const high = others === 0 ? 0 : Math.max(0, missing + spread);
  if (others === 0 && low > 1e-6)
    refuse(
      "bad-data",
      `${vocabulary} listed tokens of ${vocabulary} must have all the probability, got ${1 - missing}`,
    );
  const smallest = order.length > 0 ? logprobs[order.at(-1)!]! : 0;
  const limit = Math.min(Math.exp((cap ?? smallest) + largest), high);
  if (limit * others < low * (1 - 1e-6))
    refuse(
      "bad-data",
      `${others} unlisted tokens of at most ${limit.toPrecision(3)} each must be able to hold the unseen mass, got ${missing.toPrecision(3)}`,
    );
  const most = Math.max(limit, Number.isFinite(others) && others > 0 ? high / others : 0);
  const top = order.length > 0 ? logprobs[order[0]!]! : -Infinity;
  const reference = Math.max(top, Math.log(most));
  const scale = reference === -Infinity ? 1 : Math.exp(-reference);
  return {
    gaps: Float64Array.from(order, (i) => logprobs[i]! - reference),
    reference,
    unseen: Math.max(0, missing),
    mass: [low * scale, high * scale],
    cap: most * scale,
    others,
    error: largest,
  };
}

/** The ends, with a point value when they are near enough. */
export function range(lo: number, hi: number, within = 0): Range {
  const low = Math.min(lo, hi);
  return hi - low <= within ? { lo: low, hi, value: (low + hi) / 2 } : { lo: low, hi };
}

export function interval(lo: number, hi: number, unseen: number, within = 0): Interval {
  return { ...range(lo, hi, within), unseen };
}

/** 1/T, checked. */
export function powerOf({ temperature = 1 }: BoundsOptions): number {
  if (!(temperature > 0) || temperature === Infinity)
    refuse("bad-argument", `the temperature must be > 0 and finite, got ${temperature}`);
  return 1 / temperature;
}

/**
 * One step of a capture as a truncated distribution: what is listed, with the token that was chosen, and how exactly it was written.
 *
 * @param capture gives the precision of the numbers; without it they count as exact.
 * @param options.vocabulary number of tokens of the model; a step of full coverage knows it itself.
 */
export function truncatedOf(
  step: LogprobStep,
  capture?: Pick<LogprobCapture, "precision">,
  options: { vocabulary?: number } = {},
): Truncated {
  const logprobs = step.top.map(({ logprob }) => logprob);
  const { coverage } = step;
  if (!isListed(step) && step.logprob > -Infinity) logprobs.push(step.logprob);
  const full = coverage === "full";
  const vocabulary = full ? logprobs.length : options.vocabulary;
  return {
    logprobs,
    ...(full ? {} : { cap: coverage.cap }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
    ...(capture ? { error: logprobs.map((logprob) => roundingError(logprob, capture.precision)) } : {}),
  };
}

/** Whether the token that was chosen is among the listed ones. */
function isListed(step: LogprobStep): boolean {
  return step.top.some((token) => sameToken(token, step));
}

/**
 * The option `temperature` for what a capture says at another temperature of the model: wanted/(the one that its numbers have).
 *
 * Only for numbers that temperature alone has changed: after top-k, top-p or penalties the tokens that were filtered out are gone from them.
 *
 * @param wanted T > 0; 1 for the model's own distribution.
 * @throws "bad-argument" when the capture does not say at which temperature its numbers are.
 * @example
 *     entropyBounds(truncatedOf(step, capture), { temperature: temperatureFrom(capture, 1.5) })
 */
export function temperatureFrom(capture: Pick<LogprobCapture, "stage" | "temperature">, wanted: number): number {
  const own = capture.temperature;
  if (own === undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot change the temperature: that of the log-probabilities must be known, got stage ${capture.stage}`,
      { hint: "The options stage and temperature of readLogprobs say it." },
    );
  return wanted / own;
}

/** By id where both have one, else by bytes, else by spelling. */
export function sameToken(
  a: Pick<LogprobStep, "id" | "text" | "bytes">,
  b: Pick<LogprobStep, "id" | "text" | "bytes">,
): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  if (a.bytes && b.bytes) return a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes![i]);
  return a.text === b.text;
}

function refuse(code: "bad-argument" | "bad-data", what: string): never {
  throw new LogitsError(code, `Cannot bound a truncated distribution: ${what}`);
}
