import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { endsWith, force, forcedReason, sequencesOf } from "./history.js";

/**
 * Ends a passage of reasoning that has used up its tokens: from then on the tokens of its end tag are forced, one a step.
 *
 * A forced token has the score 0, also where it had been removed.
 *
 * @param reasoningBudget tokens between the tags; range ≥ −1, default and no-op −1
 * @param reasoningStart ids of the tag that begins it, separated by spaces
 * @param reasoningEnd ids of the tag that ends it
 *
 * @throws LogitsError `bad-argument` for what are no ids, or an end tag that the row does not have
 *
 * @example
 *     reasoningBudget.apply(Float64Array.of(1, 2, 3), { reasoningBudget: 1, reasoningStart: "0", reasoningEnd: "2" }, { history: [0, 1] })
 *     // [-Infinity, -Infinity, 0]
 */
export const reasoningBudget: Sampler = defineSampler({
  name: "reasoningBudget",
  role: "penalty",
  help: "Ends a passage of reasoning that has used up its tokens",
  params: [
    {
      name: "reasoningBudget",
      type: "integer",
      min: -1,
      default: -1,
      noop: -1,
      help: "Most tokens of a passage of reasoning; −1 no limit",
    },
    { name: "reasoningStart", type: "string", default: "", help: "Ids of the tag that begins it" },
    { name: "reasoningEnd", type: "string", default: "", help: "Ids of the tag that ends it" },
  ],
  source: "llama.cpp, reasoning budget; vLLM, thinking token budget",
  change(row, params, { history }) {
    const next = forcedToken(params, history);
    if (next !== undefined) force(row, next);
  },
  reasons(_, params, { history }) {
    const next = forcedToken(params, history) ?? -1;
    const why = `the passage of reasoning has used up its ${numberOf(params, "reasoningBudget")} tokens`;
    return (id) => forcedReason(id, why, [next]);
  },
});

/** The token of the end tag that must come next, where the budget is used up. */
function forcedToken(params: Params, history: readonly number[]): number | undefined {
  const [start] = sequencesOf(params["reasoningStart"], "reasoningStart");
  const [end] = sequencesOf(params["reasoningEnd"], "reasoningEnd");
  if (!start || !end) return undefined;
  const begun = lastEnd(history, start);
  if (begun < 0 || lastEnd(history, end) > begun) return undefined;
  const used = history.length - begun;
  if (used < numberOf(params, "reasoningBudget")) return undefined;
  let written = Math.min(end.length - 1, used);
  while (!endsWith(history, end.slice(0, written))) written--;
  return end[written];
}

/** Where the last occurrence of some tokens ends; −1 where there is none. */
function lastEnd(history: readonly number[], tokens: readonly number[]): number {
  for (let to = history.length; to >= tokens.length; to--)
    if (tokens.every((token, i) => history[to - tokens.length + i] === token)) return to;
  return -1;
}
