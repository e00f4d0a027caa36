import { LogitsError, type Reason, type SampleContext, type Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { force, forcedReason, idsOf, outputLength, remove } from "./history.js";

const endsOf = ({ eos = [] }: SampleContext): readonly number[] => {
  if (eos.length === 0)
    throw new LogitsError(
      "bad-argument",
      "Cannot sample: the tokens that end a text must be named for a length, got none",
      {
        hint: "Name them with --eos ID,ID (context.eos).",
      },
    );
  return eos;
};

const shortReasons = (value: number, limit: number, tokens: string) => (): Reason => ({
  value,
  limit,
  text: `it ends the text, which has ${value} of at least ${limit} ${tokens}`,
});

/**
 * No end before the text, prompt included, has this many tokens.
 *
 * @param minLength range ≥ 0, default and no-op 0
 *
 * @throws LogitsError `bad-argument` where the context names no end
 *
 * @example
 *     minLength.apply(Float64Array.of(1, 2), { minLength: 3 }, { history: [0, 0], eos: [1] })   // [1, -Infinity]
 */
export const minLength: Sampler = defineSampler({
  name: "minLength",
  role: "penalty",
  help: "No end before the text, prompt included, has this many tokens",
  params: [
    {
      name: "minLength",
      type: "integer",
      min: 0,
      default: 0,
      noop: 0,
      help: "Tokens, prompt included, before which no end comes",
    },
  ],
  source: "transformers, MinLengthLogitsProcessor",
  change(row, params, context) {
    if (context.history.length < numberOf(params, "minLength")) for (const id of endsOf(context)) remove(row, id);
  },
  reasons: (_, params, { history }) => shortReasons(history.length, numberOf(params, "minLength"), "tokens"),
});

/**
 * No end before this many tokens follow the prompt.
 *
 * @param minNewTokens range ≥ 0, default and no-op 0
 *
 * @throws LogitsError `bad-argument` where the context names no end
 *
 * @example
 *     minNewTokens.apply(Float64Array.of(1, 2), { minNewTokens: 1 }, { history: [0, 0], eos: [1] })   // [1, -Infinity]
 */
export const minNewTokens: Sampler = defineSampler({
  name: "minNewTokens",
  role: "penalty",
  help: "No end before this many tokens follow the prompt",
  params: [
    {
      name: "minNewTokens",
      type: "integer",
      min: 0,
      default: 0,
      noop: 0,
      help: "Tokens after the prompt before which no end comes",
    },
  ],
  source: "transformers, MinNewTokensLengthLogitsProcessor; vLLM, min_tokens",
  change(row, params, context) {
    if (outputLength(context) < numberOf(params, "minNewTokens")) for (const id of endsOf(context)) remove(row, id);
  },
  reasons: (_, params, context) =>
    shortReasons(outputLength(context), numberOf(params, "minNewTokens"), "tokens after the prompt"),
});

/**
 * The token that follows a text of one token, whatever the scores.
 *
 * Its score is 0, also where it had been removed.
 *
 * @param forcedBos id; range ≥ −1, default and no-op −1
 *
 * @throws LogitsError `bad-argument` for an id that the row does not have
 *
 * @example
 *     forcedBos.apply(Float64Array.of(1, 2), { forcedBos: 0 }, { history: [1] })   // [0, -Infinity]
 */
export const forcedBos: Sampler = defineSampler({
  name: "forcedBos",
  role: "penalty",
  help: "The token that follows a text of one token",
  params: [
    {
      name: "forcedBos",
      type: "integer",
      min: -1,
      default: -1,
      noop: -1,
      help: "Id of the token that follows a text of one token",
    },
  ],
  source: "transformers, ForcedBOSTokenLogitsProcessor",
  change(row, params, { history }) {
    if (history.length === 1) force(row, numberOf(params, "forcedBos"));
  },
  reasons: (_, params) => (id) => forcedReason(id, "the text has one token", [numberOf(params, "forcedBos")]),
});

/**
 * The last token of a text that has come to its greatest length: one of these, all with the score 0.
 *
 * Removed ones among them come back.
 *
 * @param forcedEos ids, comma-separated; default and no-op none
 * @param maxLength greatest length in tokens, prompt included; range ≥ 1, default 2048
 *
 * @throws LogitsError `bad-argument` for ids that the row does not have
 *
 * @example
 *     forcedEos.apply(Float64Array.of(1, 2, 3), { forcedEos: "0,2", maxLength: 3 }, { history: [1, 1] })   // [0, -Infinity, 0]
 */
export const forcedEos: Sampler = defineSampler({
  name: "forcedEos",
  role: "penalty",
  help: "The last token of a text that has come to its greatest length",
  params: [
    {
      name: "forcedEos",
      type: "string",
      default: "",
      noop: "",
      help: "Ids of tokens that end a text of the greatest length, comma-separated",
    },
    { name: "maxLength", type: "integer", min: 1, default: 2048, help: "Greatest length, prompt included" },
  ],
  source: "transformers, ForcedEOSTokenLogitsProcessor",
  change(row, params, { history }) {
    if (history.length === numberOf(params, "maxLength") - 1) force(row, ...idsOf(params["forcedEos"], "forcedEos"));
  },
  reasons(_, params) {
    const why = `the next token is the last of at most ${numberOf(params, "maxLength")}`;
    return (id) => forcedReason(id, why, idsOf(params["forcedEos"], "forcedEos"));
  },
});

/**
 * Raises the scores of the tokens that end a text, the longer it gets.
 *
 *     z′ = z + |z|·(f^(n − s) − 1)        n > s tokens after the prompt
 *
 * Not invariant to adding a constant to the row: it needs raw logits.
 *
 * @param decayFactor f; range > 0, default and no-op 1
 * @param decayStart s; range ≥ 0, default 0
 *
 * @throws LogitsError `bad-argument` where the context names no end
 *
 * @example
 *     exponentialDecayLength.apply(Float64Array.of(1, 2), { decayFactor: 1.5 }, { history: [0, 0], promptLength: 0, eos: [1] })   // [1, 4.5]
 */
export const exponentialDecayLength: Sampler = defineSampler({
  name: "exponentialDecayLength",
  role: "penalty",
  gauge: "raw",
  help: "Raises the scores of the tokens that end a text, the longer it gets",
  params: [
    {
      name: "decayFactor",
      type: "number",
      min: 0,
      exclusiveMin: true,
      default: 1,
      noop: 1,
      help: "f, by which the score of an end grows with every token",
    },
    { name: "decayStart", type: "integer", min: 0, default: 0, help: "Tokens after the prompt from which on" },
  ],
  source: "transformers, ExponentialDecayLengthPenalty",
  change(row, params, context) {
    const beyond = outputLength(context) - numberOf(params, "decayStart");
    if (beyond <= 0) return;
    const factor = numberOf(params, "decayFactor") ** beyond - 1;
    for (const id of endsOf(context)) {
      const score = row[id]!;
      if (!(score > -Infinity)) continue;
      // A long text raises it beyond every number.
      const raised = score + Math.abs(score) * Math.min(Number.MAX_VALUE, factor);
      row[id] = Math.min(Number.MAX_VALUE, raised);
    }
  },
});
