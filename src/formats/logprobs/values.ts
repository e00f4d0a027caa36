import { LogitsError, type Precision } from "../../core/index.js";

/** Numbers that engines write where there is no number: OpenAI and vLLM, mlx-omni, and the lowest f32 of llama.cpp. */
const sentinels: readonly number[] = [-9999, -100];
const lowest = -3.4e38;
/** What f32 arithmetic may leave above 0. */
const positive = 1e-6;

/** What was met among the numbers of one payload. */
export interface ValueSurvey {
  /** Finite numbers as they were written. */
  seen: number[];
  sentinels: Map<string, number>;
}

export function initSurvey(): ValueSurvey {
  return { seen: [], sentinels: new Map() };
}

/**
 * ln p of what stands in a payload; a sentinel or null is −Infinity, and counted.
 *
 * @throws "not-finite" for NaN and +Infinity, "bad-data" for a positive logarithm, a probability outside [0, 1], or no number at all.
 */
export function logprobOf(value: unknown, of: "logprob" | "prob", where: string, survey: ValueSurvey): number {
  const missing = value === null || value === undefined;
  if (missing || value === "-Infinity" || value === "-inf" || value === -Infinity)
    return sentinel(missing ? "null" : "-Infinity", survey);
  if (typeof value !== "number")
    refuse("bad-data", `a ${name(of)} must be a number, got ${JSON.stringify(value)} at ${where}`);
  if (Number.isNaN(value) || value === Infinity)
    refuse("not-finite", `a ${name(of)} must be finite, got ${value} at ${where}`);
  if (of === "prob") {
    if (value < 0 || value > 1 + positive)
      refuse("bad-data", `a probability must be in [0, 1], got ${value} at ${where}`);
    survey.seen.push(value);
    return Math.min(0, Math.log(value));
  }
  if (sentinels.includes(value) || value <= lowest) return sentinel(String(value), survey);
  if (value > positive)
    refuse(
      "bad-data",
      `a log-probability must be ≤ 0, got ${value} at ${where}`,
      "Positive numbers are probabilities, logits, or negated logarithms: nothing here is guessed from them.",
    );
  survey.seen.push(value);
  return Math.min(0, value);
}

function sentinel(spelled: string, { sentinels: found }: ValueSurvey): number {
  found.set(spelled, (found.get(spelled) ?? 0) + 1);
  return -Infinity;
}

const name = (of: "logprob" | "prob"): string => (of === "prob" ? "probability" : "log-probability");

/** Fewer decimals than this, in all numbers, say so little that they must be asked for. */
const fewDecimals = 3;

/**
 * How finely numbers were written: with at most six decimals they count as rounded to so many; with at most nine digits, or exactly as an f32 is,
 * as f32.
 *
 * @throws "bad-data" when no number has more than two decimals, unless `allowed`.
 */
export function precisionOf({ seen }: ValueSurvey, of: "logprob" | "prob", allowed: boolean): Precision {
  const telling = seen.filter((value) => value !== 0 && value !== 1);
  if (telling.length === 0) return { of, float32: true };
  const decimals = telling.reduce((most, value) => Math.max(most, decimalsOf(value)), 0);
  if (decimals < fewDecimals && !allowed)
    refuse(
      "bad-data",
      `its numbers must have at least ${fewDecimals} decimals, got ${decimals} at most in ${telling.length} numbers`,
      "The option allowRounded reads them, and every interval then holds what rounding lost.",
    );
  const float32 = telling.every((value) => Math.fround(value) === value || digitsOf(value) <= 9);
  return { of, float32, ...(decimals <= 6 ? { decimals } : {}) };
}

function decimalsOf(value: number): number {
  const [mantissa, exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa!.split(".")[1] ?? "").length - Number(exponent));
}

function digitsOf(value: number): number {
  return String(value).split("e")[0]!.replaceAll(/[-.]/g, "").replace(/^0+/, "").length;
}

function refuse(code: "bad-data" | "not-finite", what: string, hint?: string): never {
  throw new LogitsError(code, `Cannot read log-probabilities: ${what}`, hint === undefined ? {} : { hint });
}
