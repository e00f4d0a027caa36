/** A token and the natural logarithm of its probability, as a server or a library reported it. */
export interface TokenLogprob {
  /** Its index in the vocabulary, where the payload has it. */
  id?: number;
  /** How the payload spells it; half a character may be spelled U+FFFD. */
  text: string;
  /** Its bytes; null when the payload has none and its spelling lost them. */
  bytes: number[] | null;
  /** ln p, at most 0; −Infinity where the payload had a sentinel for it. */
  logprob: number;
}

/**
 * How much of a distribution is known: all of it, or the `topK` most probable tokens. `mass` is what all listed tokens, the chosen one among them,
 * have together; no unlisted token has a log-probability above `cap`.
 */
export type StepCoverage = "full" | { topK: number; mass: number; cap: number };

/** One position of a text: the token that stands there, and the most probable ones. */
export interface LogprobStep extends TokenLogprob {
  /** The listed tokens, most probable first; may lack the token that was chosen. */
  top: TokenLogprob[];
  coverage: StepCoverage;
  /** Which characters (UTF-16 units) of the text this token completes: [start, end). Empty inside a character of several tokens. */
  span: [start: number, end: number];
}

/** How finely the numbers of a payload were written. */
export interface Precision {
  /** What was written: logarithms, or probabilities whose logarithm was taken. */
  of: "logprob" | "prob";
  /** Digits after the point, when they are few; undefined when the numbers were not rounded to decimals. */
  decimals?: number;
  /** The numbers have no more digits than an f32. */
  float32: boolean;
}

/** Log-probabilities of a text as one engine reported them. */
export interface LogprobCapture {
  /** Which reader understood the payload. */
  shape: string;
  /** Who wrote it, as far as keys or the caller say; "openai-compatible" when any of many may have. */
  engine: string;
  /** Before or after temperature, penalties and filters; "unknown" when nobody documents it. */
  stage: "raw" | "processed" | "unknown";
  /** The temperature that is already in the numbers, where it is known: 1 for raw ones. */
  temperature?: number;
  precision: Precision;
  steps: LogprobStep[];
  /** The same for the tokens of the prompt, where the payload has them; the first has no prediction and is left out. */
  prompt?: LogprobStep[];
  text: string;
  /** What was detected, assumed or lost, in sentences for a person. */
  notes: string[];
}

/**
 * Largest error of a log-probability that was rounded when it was written: half a unit of its last decimal, and one unit of f32 but at
 * least 2^−23, because log-softmax in f32 subtracts numbers of size 1 and above. Of a rounded probability: that, divided by p.
 *
 * @returns nats; 0 for −Infinity.
 */
export function roundingError(logprob: number, precision: Precision): number {
  if (logprob === -Infinity) return 0;
  const decimal = precision.decimals === undefined ? 0 : 0.5 * 10 ** -precision.decimals;
  if (precision.of === "prob") {
    const absolute = decimal / Math.exp(logprob);
    return absolute + (precision.float32 ? 2 ** -23 : 2 ** -52);
  }
  const size = Math.max(1, Math.abs(logprob));
  return Math.max(decimal, size * (precision.float32 ? 2 ** -23 : 2 ** -52));
}
