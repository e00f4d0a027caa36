import type { Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { biasReason, idOf, pairsOf } from "./history.js";

/**
 * Adds a number to the scores of some tokens; −Infinity removes them.
 *
 * Ids beyond the row are passed over; a removed token stays removed.
 *
 * @param logitBias "id:bias" pairs, comma-separated: "50256:-Infinity,11:2.5"; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what is no pair; `not-finite` where no token is left
 *
 * @example
 *     logitBias.apply(Float64Array.of(1, 2), { logitBias: "0:2.5,1:-Infinity" })   // [3.5, -Infinity]
 */
export const logitBias: Sampler = defineSampler({
  name: "logitBias",
  role: "penalty",
  help: "Adds a number to the scores of some tokens",
  params: [
    {
      name: "logitBias",
      type: "string",
      default: "",
      noop: "",
      help: 'What to add to scores, as pairs "id:bias", comma-separated',
    },
  ],
  source: "OpenAI API reference",
  change(row, params) {
    for (const [text, bias] of pairsOf(params["logitBias"], ",", "logitBias")) {
      const id = idOf(text, "logitBias");
      if (id < row.length) row[id]! += bias;
    }
  },
  reasons(_, params) {
    const totals = new Map<number, number>();
    for (const [text, bias] of pairsOf(params["logitBias"], ",", "logitBias")) {
      const id = idOf(text, "logitBias");
      totals.set(id, (totals.get(id) ?? 0) + bias);
    }
    return (id) => biasReason(totals.get(id) ?? 0);
  },
});
