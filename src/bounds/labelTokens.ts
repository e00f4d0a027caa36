import { LogitsError, type LogprobCapture } from "../core/index.js";
import { type LabelScore, type LabelScores, logSum } from "./labelScores.js";
import { logprobRange } from "./surprisal.js";

/** Scores of every token of the model after the prompt and `prefix`: logits or log-probabilities, which are normalised here. */
export type NextScores = (prefix: readonly number[]) => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface TokenLabelOptions {
  /** "sum": ln p of the whole label. "mean": per token, which favours long labels less badly and is no probability. Default "sum". */
  over?: "sum" | "mean";
  /** A token that must follow a label, so that "no" is not the beginning of "none". */
  end?: number;
  stage?: LogprobCapture["stage"];
}

/**
 * Log-probability of labels of any number of tokens: ln p(t₁) + ln p(t₂ | t₁) + …, by asking a model for each distinct prefix once.
 *
 * @param next scores of all tokens after a prefix; the empty prefix is the prompt itself.
 * @param labels the tokens of each.
 * @throws "bad-argument" for a label without tokens, or a token outside the vocabulary.
 * @example
 *     await scoreTokenLabels(async (prefix) => model.logits([...prompt, ...prefix]), [{ name: "yes", tokens: [9891] }])
 */
export async function scoreTokenLabels(
  next: NextScores,
  labels: readonly { name: string; tokens: readonly number[] }[],
  options: TokenLabelOptions = {},
): Promise<LabelScores> {
  const { over = "sum", end, stage = "unknown" } = options;
  const asked = new Map<string, { scores: ArrayLike<number>; lse: number }>();
  const scores: LabelScore[] = [];
  for (const { name, tokens } of labels) {
    if (tokens.length === 0) refuse(`a label must have at least 1 token, got none for ${name}`);
    const all = end === undefined ? tokens : [...tokens, end];
    let sum = 0;
    for (const [i, token] of all.entries()) {
      const key = all.slice(0, i).join(",");
      let given = asked.get(key);
      if (!given) {
        const after = await next(all.slice(0, i));
        given = { scores: after, lse: logSum(after) };
        asked.set(key, given);
      }
      const score = given.scores[token];
      if (score === undefined) refuse(`a token must be in [0, ${given.scores.length - 1}], got ${token} for ${name}`);
      sum += score - given.lse;
    }
    const logprob = over === "mean" ? sum / all.length : sum;
    scores.push({ lo: logprob, hi: logprob, logprob });
  }
  return { labels: labels.map(({ name }) => name), scores, stage };
}

/**
 * Log-probability of the end of a prompt, from a payload that echoes its tokens: one request a label, each with the label at its end.
 *
 * @param text the label as it stands there, with its leading space if it has one.
 * @throws "bad-data" when the tokens do not end with it, or a token holds its beginning and something before it.
 */
export function scoreEnding(capture: LogprobCapture, text: string): LabelScore {
  const steps = capture.prompt ?? capture.steps;
  const wanted = Array.from(new TextEncoder().encode(text));
  let lo = 0;
  let hi = 0;
  let exact = 0;
  let left = wanted.length;
  for (let i = steps.length - 1; i >= 0 && left > 0; i--) {
    const step = steps[i]!;
    const bytes = step.bytes ?? Array.from(new TextEncoder().encode(step.text));
    const from = left - bytes.length;
    if (!bytes.every((byte, k) => from + k >= 0 && byte === wanted[from + k])) ends(text, step.text);
    const [low, high] = logprobRange(step, capture);
    lo += low;
    hi += high;
    exact += step.logprob;
    left = from;
  }
  if (left > 0 || wanted.length === 0) ends(text, "the beginning");
  return exact > -Infinity ? { lo, hi, logprob: exact } : { lo, hi };
}

function ends(text: string, got: string): never {
  throw new LogitsError(
    "bad-data",
    `Cannot score ${JSON.stringify(text)}: whole tokens at the end must spell it, got ${JSON.stringify(got)}`,
    { hint: "A label with its leading space is often its own tokens." },
  );
}

function refuse(what: string): never {
  throw new LogitsError("bad-argument", `Cannot score labels: ${what}`);
}
