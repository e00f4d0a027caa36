import { LogitsError, type LogprobCapture, type LogprobStep } from "../core/index.js";
import { massBounds } from "./probability.js";
import { sameToken, truncatedOf } from "./truncated.js";

/** A label: its name is its token, or the tokens (spellings or ids) any of which stands for it: "yes", " yes", "Yes". */
export type Label = string | { name: string; tokens: readonly (string | number)[] };

/** ln of the probability of one label. */
export interface LabelScore {
  lo: number;
  hi: number;
  /** The number itself; absent when a token of the label is not listed: nothing is made up for it. */
  logprob?: number;
}

/** Log-probabilities of all labels for one input. They need not sum to 1: other tokens have the rest. */
export interface LabelScores {
  labels: string[];
  scores: LabelScore[];
  stage: LogprobCapture["stage"];
}

/**
 * Log-probability of each label at one position, where each label is one token, or any of several.
 *
 * ln Σ p of the listed tokens of the label. Those that are not listed have between 0 and min(unseen mass, their number × cap) together (`massBounds`),
 * so the score of such a label is an interval, whose lower end is −Infinity when none of its tokens is listed.
 *
 * @param capture what `readLogprobs` gave; `step` which of its positions, default 0.
 * @throws "bad-argument" when the step does not exist, two labels share a token, or a full list has no such token.
 * @example
 *     scoreLabels(capture, ["yes", "no"]).scores[0];  // { lo: -0.105…, hi: -0.105…, logprob: -0.105… }
 */
export function scoreLabels(
  capture: LogprobCapture,
  labels: readonly Label[],
  options: { step?: number; vocabulary?: number } = {},
): LabelScores {
  const { step: position = 0, vocabulary } = options;
  const step = capture.steps[position];
  if (!step) refuse(`the step must be an integer in [0, ${capture.steps.length - 1}], got ${position}`);
  refuseShared(labels);
  const distribution = truncatedOf(step, capture, vocabulary === undefined ? {} : { vocabulary });
  return {
    labels: labels.map(nameOf),
    stage: capture.stage,
    scores: labels.map((label) => {
      const found = tokensOf(label).map((token) => indexOf(token, step));
      const listed = found.filter((index) => index >= 0 && index < distribution.logprobs.length);
      const unlisted = found.filter((index) => index < 0).length;
      if (unlisted > 0 && step.coverage === "full")
        refuse(`a token of ${nameOf(label)} must be one of the vocabulary, got none of that spelling or id`);
      const { lo, hi } = massBounds(distribution, { listed, unlisted });
      const ends = { lo: Math.log(lo), hi: Math.min(0, Math.log(hi)) };
      return unlisted > 0 ? ends : { ...ends, logprob: logSum(listed.map((index) => distribution.logprobs[index]!)) };
    }),
  };
}

/** Where a token stands among the listed ones, with the chosen one last when it is none of them; −1 when it is nowhere. */
function indexOf(wanted: string | number, step: LogprobStep): number {
  const is = (token: LogprobStep["top"][number]): boolean =>
    typeof wanted === "number" ? token.id === wanted : token.text === wanted;
  const index = step.top.findIndex((token) => is(token) && token.logprob > -Infinity);
  if (index >= 0) return index;
  const beside = !step.top.some((token) => sameToken(token, step));
  return beside && step.logprob > -Infinity && is(step) ? step.top.length : -1;
}

export const nameOf = (label: Label): string => (typeof label === "string" ? label : label.name);
const tokensOf = (label: Label): readonly (string | number)[] => (typeof label === "string" ? [label] : label.tokens);

function refuseShared(labels: readonly Label[]): void {
  const seen = new Set<string | number>();
  for (const token of labels.flatMap(tokensOf)) {
    if (seen.has(token)) refuse(`each token must stand for one label, got ${JSON.stringify(token)} twice`);
    seen.add(token);
  }
}

export function logSum(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!);
  if (max === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}

function refuse(what: string): never {
  throw new LogitsError("bad-argument", `Cannot score labels: ${what}`);
}
