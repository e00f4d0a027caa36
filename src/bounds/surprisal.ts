import { LogitsError, type LogprobCapture, type LogprobStep, roundingError } from "../core/index.js";
import { type Range, range } from "./truncated.js";

/** How surprising one token was. */
export interface Surprisal {
  id?: number;
  text: string;
  /** −ln p and −log2 p; Infinity where the payload had a sentinel instead of a number. */
  nats: number;
  bits: number;
  /** In nats: what rounding leaves open; of a token without a number, from what the list leaves it to Infinity. */
  range: Range;
}

export interface SequenceOptions {
  /** Which tokens: those of the text, or those of the prompt. Default "steps". */
  over?: "steps" | "prompt";
  /** Width up to which a point value is given; default 0. */
  within?: number;
}

/**
 * Surprisal −ln p of each token of a text, in nats and bits.
 *
 * A token that the payload has no number for (a sentinel: it was too improbable to be listed) is not impossible: its p is between 0 and the smaller of
 * the unseen mass and the cap of its step.
 *
 * @throws "bad-data" when the payload has no tokens of the prompt and they are asked for.
 * @example
 *     surprisals(capture)[0];  // { text: "Paris", nats: 0.69…, bits: 1, range: { lo: 0.69…, hi: 0.69… } }
 */
export function surprisals(capture: LogprobCapture, options: SequenceOptions = {}): Surprisal[] {
  return stepsOf(capture, options).map((step) => {
    const nats = 0 - step.logprob;
    const [lo, hi] = logprobRange(step, capture);
    return {
      ...(step.id === undefined ? {} : { id: step.id }),
      text: step.text,
      nats,
      bits: nats / Math.LN2,
      range: range(0 - hi, 0 - lo, options.within),
    };
  });
}

/** What is known of a text as a whole. */
export interface SequencePerplexity {
  tokens: number;
  /** Σ −ln p. */
  nats: Range;
  /** e^(nats/tokens). */
  perplexity: Range;
  bitsPerToken: Range;
  /** Comparable between models with different tokens; absent when some token has no bytes. */
  bitsPerByte?: Range;
  /** Of which distribution: the model's own only when raw. */
  stage: LogprobCapture["stage"];
}

/**
 * Perplexity of a text: exp of its mean surprisal, exp(−1/n Σ ln p_i). Not the perplexity of a distribution (`perplexityBounds`): the tokens that
 * were chosen count, so it is known up to rounding, but for those without a number.
 *
 * @param options.over "steps" (default) or "prompt". options.within: width up to which `value` is given; default 0.
 * @throws "bad-data" when there are no tokens.
 * @example
 *     sequencePerplexity(capture).perplexity;  // { lo: 1.84…, hi: 1.84… }
 */
export function sequencePerplexity(capture: LogprobCapture, options: SequenceOptions = {}): SequencePerplexity {
  const steps = stepsOf(capture, options);
  const tokens = steps.length;
  if (tokens === 0)
    throw new LogitsError("bad-data", "Cannot compute perplexity: there must be at least 1 token, got 0");
  let lo = 0;
  let hi = 0;
  for (const step of steps) {
    const [low, high] = logprobRange(step, capture);
    lo -= high;
    hi -= low;
  }
  const bytes = steps.reduce((sum, step) => sum + (step.bytes?.length ?? NaN), 0);
  const within = options.within ?? 0;
  return {
    tokens,
    nats: range(lo, hi, within),
    perplexity: range(Math.exp(lo / tokens), Math.exp(hi / tokens), within),
    bitsPerToken: range(lo / tokens / Math.LN2, hi / tokens / Math.LN2, within),
    ...(bytes > 0 ? { bitsPerByte: range(lo / bytes / Math.LN2, hi / bytes / Math.LN2, within) } : {}),
    stage: capture.stage,
  };
}

/** Ends of ln p of the token that was chosen. */
export function logprobRange(step: LogprobStep, { precision }: Pick<LogprobCapture, "precision">): [number, number] {
  const { logprob, coverage } = step;
  if (logprob > -Infinity) {
    const error = roundingError(logprob, precision);
    return [logprob - error, Math.min(0, logprob + error)];
  }
  if (coverage === "full") return [-Infinity, -Infinity];
  const listed = step.top.reduce((sum, token) => sum + Math.exp(token.logprob), 0);
  const error = step.top.reduce((most, token) => Math.max(most, roundingError(token.logprob, precision)), 0);
  return [-Infinity, Math.min(0, coverage.cap + error, Math.log(Math.max(0, 1 - listed * (1 - error))))];
}

function stepsOf(capture: LogprobCapture, { over = "steps" }: SequenceOptions): LogprobStep[] {
  const steps = over === "prompt" ? capture.prompt : capture.steps;
  if (steps) return steps;
  throw new LogitsError("bad-data", "Cannot use the prompt: the payload must have its log-probabilities, got none", {
    hint: "Ask for them: echo, prompt_logprobs, decoder_input_details or logprob_start_len, by engine.",
  });
}
