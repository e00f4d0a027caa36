import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { keepWhere, probabilitiesOf } from "./row.js";
import { minKeepParam, tiesParam } from "./rules.js";

/**
 * Keeps the tokens whose probability is at least ε.
 *
 * A token with exactly ε stays; probabilities are over the tokens left. The most probable stays in any case.
 *
 * @param epsilonCutoff ε; range [0, 1), default and no-op 0
 * @param ties which of the tokens that tie with the last of `minKeep` stay: exact (by id) or keep (all: transformers); default exact
 * @param minKeep tokens that stay in any case; range ≥ 1, default 1
 *
 * @example
 *     epsilonCutoff.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { epsilonCutoff: 0.25 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const epsilonCutoff: Sampler = defineSampler({
  name: "epsilonCutoff",
  role: "filter",
  help: "Keeps the tokens whose probability is at least ε",
  params: [
    {
      name: "epsilonCutoff",
      type: "number",
      min: 0,
      max: 1,
      exclusiveMax: true,
      default: 0,
      noop: 0,
      help: "ε, the least probability",
    },
    tiesParam,
    minKeepParam,
  ],
  source: "Hewitt, Manning & Liang, EMNLP Findings 2022",
  change(row, params) {
    const p = probabilitiesOf(row);
    const limit = numberOf(params, "epsilonCutoff");
    keepWhere(row, numberOf(params, "minKeep"), (id) => p[id]! >= limit, params["ties"]);
  },
  reasons(row, params) {
    const p = probabilitiesOf(row);
    const limit = numberOf(params, "epsilonCutoff");
    return (id) => ({
      value: p[id]!,
      limit,
      text: `its probability is ${p[id]!.toPrecision(3)} and ${limit} is asked`,
    });
  },
});
