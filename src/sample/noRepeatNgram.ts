import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { endsWith, remove } from "./history.js";

/**
 * Removes every token that would complete a sequence of n tokens that has occurred before, in the prompt or after it.
 *
 * @param noRepeatNgramSize n; range ≥ 0, default and no-op 0
 *
 * @throws LogitsError `not-finite` where no token is left
 *
 * @example
 *     noRepeatNgram.apply(Float64Array.of(1, 2), { noRepeatNgramSize: 2 }, { history: [0, 1, 0] })   // [1, -Infinity]
 */
export const noRepeatNgram: Sampler = defineSampler({
  name: "noRepeatNgram",
  role: "penalty",
  help: "Removes every token that would complete a sequence of n tokens that has occurred before",
  params: [
    {
      name: "noRepeatNgramSize",
      type: "integer",
      min: 0,
      default: 0,
      noop: 0,
      help: "n, the length of sequences that may not occur twice",
    },
  ],
  source: "Paulus, Xiong & Socher, ICLR 2018; transformers, NoRepeatNGramLogitsProcessor",
  change(row, params, { history }) {
    const size = numberOf(params, "noRepeatNgramSize");
    if (history.length < size) return;
    const end = size > 1 ? history.slice(1 - size) : [];
    for (let i = size - 1; i < history.length; i++) {
      if (endsWith(history.slice(i - size + 1, i), end)) remove(row, history[i]!);
    }
  },
  reasons(_, params, { history }) {
    const size = numberOf(params, "noRepeatNgramSize");
    return (id) => {
      const sequence = [...(size > 1 ? history.slice(1 - size) : []), id];
      let times = 0;
      for (let i = 0; i + size <= history.length; i++)
        if (sequence.every((token, j) => history[i + j] === token)) times++;
      const before = `has occurred ${times === 1 ? "once" : `${times} times`} before`;
      return { value: times, limit: 0, text: size > 1 ? `${sequence.join(" ")} ${before}` : `it ${before}` };
    };
  },
});
