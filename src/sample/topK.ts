import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { rankReasons } from "./ranking.js";
import { keepTies, keepTop, sortedScores } from "./row.js";
import { tiesParam } from "./rules.js";

/**
 * Keeps the k tokens with the largest scores.
 *
 * Ties with the k-th: `exact` keeps those with the lowest ids, so that exactly k are left (llama.cpp, mlx-lm); `keep` keeps all of them
 * (transformers, vLLM).
 *
 * @param topK k; range ≥ −1, default and no-op 0; −1 is off too, as vLLM and SGLang write it
 * @param ties exact or keep; default exact
 *
 * @example
 *     topK.apply(Float64Array.of(1, 3, 2), { topK: 2 })   // [-Infinity, 3, 2]
 */
export const topK: Sampler = defineSampler({
  name: "topK",
  role: "filter",
  help: "Keeps the k most probable tokens",
  params: [
    { name: "topK", type: "integer", min: -1, default: 0, noop: 0, help: "How many tokens to keep; 0 or -1: all" },
    tiesParam,
  ],
  source: "Fan, Lewis & Dauphin, ACL 2018",
  isOff: (params) => numberOf(params, "topK") <= 0,
  change(row, params) {
    const k = numberOf(params, "topK");
    const sorted = sortedScores(row);
    (params["ties"] === "keep" ? keepTies : keepTop)(row, k, sorted);
  },
  reasons(row, params) {
    return rankReasons(row, numberOf(params, "topK"));
  },
});
