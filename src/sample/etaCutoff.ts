import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { entropyOf, keepWhere, probabilitiesOf } from "./row.js";
import { minKeepParam, tiesParam } from "./rules.js";

/**
 * Keeps the tokens whose probability is at least η, which falls with the entropy H.
 *
 *     η = min(ε, √ε · e^−H)
 *
 * A token with exactly η stays; probabilities and H are over the tokens left. The most probable stays in any case.
 *
 * @param etaCutoff ε; range [0, 1), default and no-op 0
 * @param ties which of the tokens that tie with the last of `minKeep` stay: exact (by id) or keep (all: transformers); default exact
 * @param minKeep tokens that stay in any case; range ≥ 1, default 1
 *
 * @example
 *     etaCutoff.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { etaCutoff: 0.2 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const etaCutoff: Sampler = defineSampler({
  name: "etaCutoff",
  role: "filter",
  help: "Keeps the tokens whose probability is at least min(ε, √ε·e^−H)",
  params: [
    {
      name: "etaCutoff",
      type: "number",
      min: 0,
      max: 1,
      exclusiveMax: true,
      default: 0,
      noop: 0,
      help: "ε of the limit min(ε, √ε·e^−H)",
    },
    tiesParam,
    minKeepParam,
  ],
  source: "Hewitt, Manning & Liang, EMNLP Findings 2022",
  change(row, params) {
    const p = probabilitiesOf(row);
    const limit = etaOf(p, params);
    keepWhere(row, numberOf(params, "minKeep"), (id) => p[id]! >= limit, params["ties"]);
  },
  reasons(row, params) {
    const p = probabilitiesOf(row);
    const limit = etaOf(p, params);
    return (id) => ({
      value: p[id]!,
      limit,
      text: `its probability is ${p[id]!.toPrecision(3)} and η is ${limit.toPrecision(3)} here`,
    });
  },
});

function etaOf(p: Float64Array, params: Params): number {
  const epsilon = numberOf(params, "etaCutoff");
  return Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropyOf(p)));
}
