import type { Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { idOf, pairsOf } from "./history.js";

/**
 * Adds a number to the scores of some tokens; −Infinity removes them.
 *
 * @param logitBias "id:bias" pairs, comma-separated: "50256:-Infinity,11:2.5"; default and no-op none
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
});
