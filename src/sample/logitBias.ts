import type { Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { finiteOr, idOf } from "./history.js";

/**
 * Adds a number to the scores of some tokens; −Infinity removes them.
 *
 * @param logitBias "id:bias" pairs, comma-separated: "50256:-Infinity,11:2.5"; default and no-op none
 */
export const logitBias: Sampler = defineSampler({
  name: "logitBias",
  role: "penalty",
  help: "Adds a number to the scores of some tokens",
  params: [{ name: "logitBias", type: "string", default: "", noop: "", help: 'Pairs "id:bias", comma-separated' }],
  source: "OpenAI API reference",
  change(row, params) {
    for (const [id, bias] of biases(String(params["logitBias"]))) if (id < row.length) row[id]! += bias;
  },
});

function biases(text: string): [number, number][] {
  return text
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => {
      const [id = "", bias = ""] = pair.split(":");
      return [idOf(id, "logitBias"), finiteOr(bias, "logitBias")];
    });
}
