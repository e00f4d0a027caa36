import type { Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { banned, idsOf, outputLength, remove } from "./history.js";

/**
 * Removes all tokens but these.
 *
 * @param allowedTokens ids, comma-separated; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what are no ids; `not-finite` where no token is left
 *
 * @example
 *     allowedTokens.apply(Float64Array.of(1, 2, 3), { allowedTokens: "0,2" })   // [1, -Infinity, 3]
 */
export const allowedTokens: Sampler = defineSampler({
  name: "allowedTokens",
  role: "penalty",
  help: "Removes all tokens but these",
  params: [
    {
      name: "allowedTokens",
      type: "string",
      default: "",
      noop: "",
      help: "Ids of the only tokens that stay, comma-separated",
    },
  ],
  source: "vLLM, allowed_token_ids",
  change(row, params) {
    const allowed = new Set(idsOf(params["allowedTokens"], "allowedTokens"));
    for (let id = 0; id < row.length; id++) if (!allowed.has(id)) row[id] = -Infinity;
  },
  reasons(_, params) {
    const { size } = new Set(idsOf(params["allowedTokens"], "allowedTokens"));
    return () => ({ value: 0, limit: 1, text: `it is none of the ${size} that are allowed` });
  },
});

/**
 * Removes these tokens.
 *
 * Ids beyond the row are passed over.
 *
 * @param suppressTokens ids, comma-separated; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what are no ids; `not-finite` where no token is left
 *
 * @example
 *     suppressTokens.apply(Float64Array.of(1, 2, 3), { suppressTokens: "0,2" })   // [-Infinity, 2, -Infinity]
 */
export const suppressTokens: Sampler = defineSampler({
  name: "suppressTokens",
  role: "penalty",
  help: "Removes these tokens",
  params: [
    { name: "suppressTokens", type: "string", default: "", noop: "", help: "Ids of tokens to remove, comma-separated" },
  ],
  source: "transformers, SuppressTokensLogitsProcessor",
  change(row, params) {
    for (const id of idsOf(params["suppressTokens"], "suppressTokens")) remove(row, id);
  },
  reasons: () => () => banned("it is one of those that are suppressed at every step"),
});

/**
 * Removes these tokens from the first step after the prompt.
 *
 * @param beginSuppressTokens ids, comma-separated; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what are no ids
 *
 * @example
 *     beginSuppressTokens.apply(Float64Array.of(1, 2), { beginSuppressTokens: "0" }, { history: [1] })   // [-Infinity, 2]
 */
export const beginSuppressTokens: Sampler = defineSampler({
  name: "beginSuppressTokens",
  role: "penalty",
  help: "Removes these tokens from the first step after the prompt",
  params: [
    {
      name: "beginSuppressTokens",
      type: "string",
      default: "",
      noop: "",
      help: "Ids to remove from the first step after the prompt, comma-separated",
    },
  ],
  source: "transformers, SuppressTokensAtBeginLogitsProcessor",
  change(row, params, context) {
    if (outputLength(context) > 0) return;
    for (const id of idsOf(params["beginSuppressTokens"], "beginSuppressTokens")) remove(row, id);
  },
  reasons: () => () => banned("it may not be the first after the prompt"),
});
