import { keepHeaviest, type Params, type SampleContext, type Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { massNamed, overParam } from "./over.js";
import { rankedIds } from "./ranking.js";
import { keepTies, keepTop, peakOf, sortedScores } from "./row.js";
import { minKeepParam, tiesParam } from "./rules.js";

/**
 * Nucleus: keeps the fewest most probable tokens that hold probability P together. The most probable always stays.
 *
 *     keep rank i  ⇔  Σ_{j < i} p_j < P       crossing "keep": the token that reaches P stays
 *                     Σ_{j ≤ i} p_j ≤ P       crossing "drop": it goes (exllamav3)
 *
 * `equal` says what happens to a token before which exactly P has been reached: `drop` (llama.cpp, transformers, vLLM) or `keep` (SGLang).
 * Of tokens that tie with the last, `ties` takes those with the lowest ids (exact) or all (keep: mlx-lm).
 *
 * Sums are compared with P in units of the first token's probability: of 10 equal tokens 0.8 keeps 8. `over` "all" is meant for a chain whose
 * scores do not change between its filters.
 *
 * @param topP P; range [0, 1], default and no-op 1
 * @param crossing keep or drop; default keep
 * @param equal drop or keep; default drop
 * @param ties exact or keep; default exact
 * @param over what probabilities are of: `kept`, renormalised over the tokens left, or `all`; default kept
 * @param minKeep tokens that stay in any case; range ≥ 1, default 1
 *
 * @example
 *     topP.apply(Float64Array.of(0.5, 0.25, 0.25).map(Math.log), { topP: 0.75 }).map(Math.exp)   // [0.5, 0.25, 0]
 */
export const topP: Sampler = defineSampler({
  name: "topP",
  role: "filter",
  help: "Keeps the fewest most probable tokens that hold probability P together",
  params: [
    {
      name: "topP",
      type: "number",
      min: 0,
      max: 1,
      default: 1,
      noop: 1,
      help: "P, the probability that the tokens kept hold together",
    },
    {
      name: "crossing",
      type: "choice",
      choices: ["keep", "drop"],
      default: "keep",
      help: "The token with which the probability is reached",
    },
    { name: "equal", type: "choice", choices: ["drop", "keep"], default: "drop", help: "A token after exactly P" },
    overParam,
    tiesParam,
    minKeepParam,
  ],
  source: "Holtzman et al., ICLR 2020",
  change(row, params, context) {
    if (keepWithoutSorting(row, params, context)) return;
    const sorted = sortedScores(row);
    const count = nucleus(sorted, massNamed(sorted, params, context, sorted[0]!), params);
    const keep = params["ties"] === "keep" ? keepTies : keepTop;
    keep(row, Math.max(numberOf(params, "minKeep"), count), sorted);
  },
  reasons(row, params, context) {
    const limit = numberOf(params, "topP");
    const peak = peakOf(row);
    const mass = massNamed(row, params, context, peak);
    let sum = 0;
    const before = new Map<number, number>();
    for (const id of rankedIds(row)) {
      before.set(id, sum);
      sum += Math.exp(row[id]! - peak) / mass;
    }
    const drop = params["crossing"] === "drop";
    return (id) => {
      const value = before.get(id)! + (drop ? Math.exp(row[id]! - peak) / mass : 0);
      const text = drop
        ? `with it the tokens hold ${value.toFixed(4)}, more than ${limit}`
        : `the tokens before it hold ${value.toFixed(4)} already, and ${limit} is enough`;
      return { value, limit, text };
    };
  },
});

/** Decimal shares are not binary ones: what is within 1e-12 of the limit has reached it, so that .4 and .3 are .7. */
export function reachedAt(limit: number, andEqual: boolean): number {
  return limit * (andEqual ? 1 + 1e-12 : 1 - 1e-12);
}

/** False, and the row as it was, where that cannot be done. */
function keepWithoutSorting(row: Float64Array, params: Params, { all }: SampleContext): boolean {
  if (params["minKeep"] !== 1 || (params["over"] === "all" && all)) return false;
  const rule = { andNext: params["crossing"] === "keep", allTies: params["ties"] === "keep" };
  return keepHeaviest(row, numberOf(params, "topP"), rule);
}

/** How many of the sorted scores stay. `mass` is in units of the first. */
function nucleus(sorted: Float64Array, mass: number, params: Params): number {
  // In units of the first token, so that the sums of equal tokens are whole numbers: of 10 equal ones, 0.8 keeps 8.
  const drop = params["crossing"] === "drop";
  const andEqual = params["equal"] === "keep";
  const limit = reachedAt(numberOf(params, "topP") * mass, drop || andEqual);
  let before = 0;
  for (let i = 0; i < sorted.length; i++) {
    const sum = before + Math.exp(sorted[i]! - sorted[0]!);
    const stays = drop ? sum <= limit : andEqual ? before <= limit : before < limit;
    if (!stays) return i;
    before = sum;
  }
  return sorted.length;
}
