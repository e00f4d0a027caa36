import { LogitsError, type LogprobStep, type StepCoverage } from "../../core/index.js";
import type { Draft, ReadLogprobsOptions } from "./shape.js";
import { isListed, same } from "./sameToken.js";

/** More than this above 1 is not rounding: the numbers are not of one distribution. */
const sumTolerance = 1e-3;

type Listed = Omit<LogprobStep, "coverage" | "span">;

/**
 * How much of one step's distribution is listed.
 *
 * Unlisted tokens have at most the smallest listed probability. Where the list may have had the chosen token appended (some servers do, and
 * some put it in the place of the last), a chosen token at its end says nothing: the one before it does.
 *
 * @throws "bad-data" when the listed probabilities sum to more than 1.
 */
export function coverageOf(
  step: Listed,
  index: number,
  draft: Pick<Draft, "full" | "apart">,
  options: ReadLogprobsOptions,
  lost: boolean,
): StepCoverage {
  const all = isListed(step) ? step.top : [...step.top, step];
  const mass = all.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
  if (mass > 1 + sumTolerance)
    throw new LogitsError(
      "bad-data",
      `Cannot read log-probabilities: those of one step must sum to at most 1, got ${mass.toPrecision(4)} at token ${index}`,
      { hint: "They are not of one distribution: scores that are not normalised, or taken at different stages." },
    );
  if (options.vocabulary !== undefined && all.length > options.vocabulary)
    throw new LogitsError(
      "bad-data",
      `Cannot read log-probabilities: the vocabulary must hold the ${all.length} tokens listed at token ${index}, got ${options.vocabulary}`,
    );
  if (draft.full || (options.vocabulary !== undefined && step.top.length >= options.vocabulary)) return "full";
  const finite = step.top.filter(({ logprob }) => logprob > -Infinity);
  const last = finite.at(-1);
  const doubtful = !draft.apart && last !== undefined && same(last, step);
  const sure = doubtful ? finite.slice(0, -1) : finite;
  return { topK: sure.length, mass: Math.min(1, mass), cap: lost ? 0 : (sure.at(-1)?.logprob ?? 0) };
}

/**
 * Steps whose list, keyed by spelling, has fewer entries than it should: two tokens of one spelling were one key, and what was lost may be
 * more probable than what is left. Lists hold k entries, or k + 1 where the chosen token was appended.
 */
export function lostEntries(steps: readonly Listed[]): Set<number> {
  const most = steps.reduce((longest, { top }) => Math.max(longest, top.length), 0);
  if (most === 0) return new Set();
  const appended = steps.every((step) => step.top.length < most || same(step.top.at(-1)!, step));
  const expected = appended ? most - 1 : most;
  return new Set(steps.flatMap(({ top }, i) => (top.length > 0 && top.length < expected ? [i] : [])));
}
