import type { Params, SampleContext, Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { banned, biasReason, endsWith, pairsOf, remove, sequencesOf } from "./history.js";

/**
 * Adds a number to the score of the last token of a sequence where the text ends with the tokens before it.
 *
 * A sequence of one token always applies.
 *
 * @param sequenceBias "ids:bias" pairs, ids separated by spaces, pairs by semicolons: "10 45:-2;7:1"; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what is no pair, also where it does not apply
 *
 * @example
 *     sequenceBias.apply(Float64Array.of(1, 2, 3), { sequenceBias: "1 2:-2" }, { history: [0, 1] })   // [1, 2, 1]
 */
export const sequenceBias: Sampler = defineSampler({
  name: "sequenceBias",
  role: "penalty",
  help: "Adds a number to the score of the token that would complete a sequence",
  params: [
    {
      name: "sequenceBias",
      type: "string",
      default: "",
      noop: "",
      help: 'What to add to the last of a sequence, as pairs "id id:bias", separated by ;',
    },
  ],
  source: "transformers, SequenceBiasLogitsProcessor",
  change(row, params, { history }) {
    for (const { last, bias } of completed(params, history)) if (last < row.length) row[last]! += bias;
  },
  reasons(_, params, { history }) {
    const found = completed(params, history);
    return (id) => {
      const own = found.filter(({ last }) => last === id);
      const total = own.reduce((sum, { bias }) => sum + bias, 0);
      return biasReason(total, ` as the end of ${own.map(({ sequence }) => sequence.join(" ")).join(" and of ")}`);
    };
  },
});

/** The sequences that one token more completes, and what is added to that token. */
function completed(params: Params, history: readonly number[]): { sequence: number[]; last: number; bias: number }[] {
  return pairsOf(params["sequenceBias"], ";", "sequenceBias").flatMap(([ids, bias]) => {
    const [sequence = []] = sequencesOf(ids, "sequenceBias");
    const last = sequence.at(-1);
    return last !== undefined && endsWith(history, sequence.slice(0, -1)) ? [{ sequence, last, bias }] : [];
  });
}

/**
 * Removes the token that would complete a forbidden sequence. A sequence that is only a token that ends texts is left alone.
 *
 * @param badWords sequences of ids separated by spaces, themselves by semicolons: "10 45;7"; default and no-op none
 *
 * @throws LogitsError `bad-argument` for what are no ids; `not-finite` where no token is left
 *
 * @example
 *     badWords.apply(Float64Array.of(1, 2, 3), { badWords: "1 2;0" }, { history: [0, 1] })   // [-Infinity, 2, -Infinity]
 */
export const badWords: Sampler = defineSampler({
  name: "badWords",
  role: "penalty",
  help: "Removes the token that would complete a forbidden sequence",
  params: [{ name: "badWords", type: "string", default: "", noop: "", help: 'Forbidden sequences of ids: "10 45;7"' }],
  source: "transformers, NoBadWordsLogitsProcessor",
  change(row, params, context) {
    for (const sequence of forbidden(params, context)) remove(row, sequence.at(-1)!);
  },
  reasons(_, params, context) {
    const found = forbidden(params, context);
    return (id) => {
      const sequence = found.find((one) => one.at(-1) === id) ?? [id];
      return banned(
        sequence.length === 1 ? "it is forbidden" : `it would complete ${sequence.join(" ")}, which is forbidden`,
      );
    };
  },
});

/** The forbidden sequences that one token more completes. */
function forbidden(params: Params, { history, eos = [] }: SampleContext): number[][] {
  return sequencesOf(params["badWords"], "badWords").filter(
    (sequence) => !(sequence.length === 1 && eos.includes(sequence[0]!)) && endsWith(history, sequence.slice(0, -1)),
  );
}
