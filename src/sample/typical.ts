import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { idsByKey, rankedIds } from "./ranking.js";
import { logSharesOf, peakOf } from "./row.js";
import { minKeepParam, tiesParam } from "./rules.js";

/**
 * Keeps the tokens whose surprise is closest to what the row leads one to expect, its entropy H, until they hold probability P.
 *
 *     order by | −ln p − H |; keep while the sum of those before is below P, so that the token that reaches it stays
 *
 * Tokens at the same distance: `exact` takes them by score, `keep` keeps all that are as far as the last one (transformers). `equal` says what happens
 * to a token before which exactly P has been reached: `drop`, or `keep` (llama.cpp).
 *
 * Probabilities and H are over the tokens left; sums are compared with P in units of the most probable token.
 *
 * @param typicalP P; range (0, 1], default and no-op 1
 * @param ties exact or keep; default exact
 * @param equal drop or keep; default drop
 * @param crossing keep, or drop the token with which P is reached (Aphrodite); default keep
 * @param minKeep tokens that stay in any case; range ≥ 1, default 1
 *
 * @example
 *     typical.apply(Float64Array.of(0.125, 0.5, 0.125, 0.25).map(Math.log), { typicalP: 0.3 }).map(Math.exp)   // [0, 0.5, 0, 0.25]
 */
export const typical: Sampler = defineSampler({
  name: "typical",
  role: "filter",
  help: "Keeps the tokens whose surprise is closest to the entropy, until they hold probability P",
  params: [
    {
      name: "typicalP",
      type: "number",
      min: 0,
      exclusiveMin: true,
      max: 1,
      default: 1,
      noop: 1,
      help: "P, the probability that the tokens kept hold together",
    },
    tiesParam,
    { name: "equal", type: "choice", choices: ["drop", "keep"], default: "drop", help: "A token after exactly P" },
    {
      name: "crossing",
      type: "choice",
      choices: ["keep", "drop"],
      default: "keep",
      help: "The token with which the probability is reached",
    },
    minKeepParam,
  ],
  source: "Meister et al., TACL 2023",
  change(row, params) {
    const { ids, distance, p } = byTypicality(row);
    const count = Math.max(numberOf(params, "minKeep"), typicalCount(ids, p, params));
    if (count >= ids.length) return;
    const last = distance[ids[count - 1]!]!;
    for (let i = count; i < ids.length; i++) {
      if (params["ties"] === "keep" && distance[ids[i]!]! <= last) continue;
      row[ids[i]!] = -Infinity;
    }
  },
  reasons(row, params) {
    const { ids, distance, p } = byTypicality(row);
    const limit = numberOf(params, "typicalP");
    const before = new Map<number, number>();
    let sum = 0;
    for (const id of ids) {
      before.set(id, sum);
      sum += p[id]!;
    }
    const drop = params["crossing"] === "drop";
    return (id) => {
      const value = before.get(id)! + (drop ? p[id]! : 0);
      const held = drop
        ? `with it the closer ones hold ${value.toFixed(4)}`
        : `the closer ones hold ${value.toFixed(4)} already`;
      const text = `its surprise is ${distance[id]!.toFixed(2)} nats from the entropy; ${held}, and ${limit} is enough`;
      return { value, limit, text };
    };
  },
});

function byTypicality(row: Float64Array): { ids: Int32Array; distance: Float64Array; p: Float64Array } {
  const log = logSharesOf(row);
  const p = row.map((_, id) => Math.exp(log(id)));
  const ranked = rankedIds(row);
  let entropy = 0;
  for (const id of ranked) if (p[id]! > 0) entropy -= p[id]! * log(id);
  const distance = row.map((_, id) => Math.abs(-log(id) - entropy));
  return { ids: idsByKey(ranked, distance, 1), distance, p };
}

function typicalCount(ids: Int32Array, p: Float64Array, params: Params): number {
  // In units of the most probable token, so that the sums of equal tokens are whole numbers.
  const unit = peakOf(p);
  let total = 0;
  for (const id of ids) total += p[id]! / unit;
  const limit = numberOf(params, "typicalP") * total;
  const beyond = params["equal"] === "keep";
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    sum += p[ids[i]!]! / unit;
    if (beyond ? sum > limit : sum >= limit) return params["crossing"] === "drop" ? i : i + 1;
  }
  return ids.length;
}
