import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { reachParam, recentTokens, tokenCounts, windowParam } from "./history.js";

/**
 * Lowers the scores of tokens that have occurred, by how often and by whether.
 *
 *     z′ = z − n·f − [n > 0]·q        n occurrences in the window
 *
 * @param frequencyPenalty f; any number, default and no-op 0
 * @param presencePenalty q; any number, default and no-op 0
 * @param penaltyWindow how many of the last tokens count; range ≥ −1 (all), default −1
 * @param penaltyOver whether the prompt counts: all or output; default all
 *
 * @example
 *     frequencyPresence.apply(Float64Array.of(4, 1), { frequencyPenalty: 0.5, presencePenalty: 0.25 }, { history: [0, 0] })   // [2.75, 1]
 */
export const frequencyPresence: Sampler = defineSampler({
  name: "frequencyPresence",
  role: "penalty",
  help: "Lowers the scores of tokens that have occurred, by how often and by whether",
  params: [
    {
      name: "frequencyPenalty",
      type: "number",
      default: 0,
      noop: 0,
      help: "Taken off the score of a token for each time it has occurred",
    },
    {
      name: "presencePenalty",
      type: "number",
      default: 0,
      noop: 0,
      help: "Taken off the score of a token once if it has occurred",
    },
    windowParam,
    reachParam,
  ],
  source: "OpenAI API reference; llama.cpp, llama_sampler_init_penalties",
  change(row, params, context) {
    const frequency = numberOf(params, "frequencyPenalty");
    const presence = numberOf(params, "presencePenalty");
    for (const [id, count] of tokenCounts(recentTokens(params, context))) {
      if (id < row.length) row[id]! -= count * frequency + presence;
    }
  },
});
