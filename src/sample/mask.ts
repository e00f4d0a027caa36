import { LogitsError, type Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";

/**
 * Removes every token whose bit in `context.mask` is 0. The mask is one bit a token, 32 to a word, the lowest bit first, as xgrammar and llguidance fill it.
 * Bits beyond the last token are ignored.
 *
 * @param mask whether to; default and no-op false
 * @throws LogitsError `bad-argument` without `context.mask`, `mismatch` where it has not ⌈tokens/32⌉ words
 */
export const mask: Sampler = defineSampler({
  name: "mask",
  role: "filter",
  help: "Removes the tokens that a bitmask, e.g. of a grammar, does not allow",
  params: [{ name: "mask", type: "boolean", default: false, noop: false, help: "Applies the mask of the step" }],
  source: "Dong et al., MLSys 2025, XGrammar, arXiv 2411.15100",
  change(row, _, context) {
    const words = context.mask;
    if (!words)
      throw new LogitsError("bad-argument", "Cannot mask: context.mask must be the bits of the step, got none", {
        hint: "--allowed makes one from ids",
      });
    if (words.length !== wordsFor(row.length))
      throw new LogitsError(
        "mismatch",
        `Cannot mask: context.mask must have ${wordsFor(row.length)} words for ${row.length} tokens, got ${words.length}`,
      );
    for (let id = 0; id < row.length; id++) if (!isAllowed(words, id)) row[id] = -Infinity;
  },
  reasons: () => () => ({
    value: 0,
    limit: 1,
    text: "the mask (of a grammar, a schema or a list) does not allow it here",
  }),
});

const wordsFor = (tokens: number): number => (tokens + 31) >>> 5;

/** Whether a mask allows a token. */
export const isAllowed = (words: Int32Array, id: number): boolean => ((words[id >>> 5]! >>> (id & 31)) & 1) === 1;

/**
 * A mask from any source: the ids that are allowed, or a function that says so of each.
 *
 * @param tokens size of the vocabulary
 * @example
 *     maskOf(40, [0, 33])   // Int32Array [1, 2]
 *
 * @throws LogitsError `bad-argument` for an id outside the vocabulary
 */
export function maskOf(tokens: number, allowed: Iterable<number> | ((id: number) => boolean)): Int32Array {
  const words = new Int32Array(wordsFor(tokens));
  const allow = (id: number): void => {
    words[id >>> 5]! |= 1 << (id & 31);
  };
  if (typeof allowed === "function") {
    for (let id = 0; id < tokens; id++) if (allowed(id)) allow(id);
  } else
    for (const id of allowed) {
      if (!(Number.isInteger(id) && id >= 0 && id < tokens))
        throw new LogitsError("bad-argument", `Cannot make a mask: an id must be in [0, ${tokens - 1}], got ${id}`);
      allow(id);
    }
  return words;
}

/**
 * Tokens that all of the masks allow.
 *
 * @throws LogitsError `mismatch` for masks of different lengths
 */
export function intersectMasks(first: Int32Array, ...rest: readonly Int32Array[]): Int32Array {
  const words = Int32Array.from(first);
  for (const other of rest) {
    if (other.length !== words.length)
      throw new LogitsError(
        "mismatch",
        `Cannot intersect masks: they must have ${words.length} words, got ${other.length}`,
      );
    for (let i = 0; i < words.length; i++) words[i]! &= other[i]!;
  }
  return words;
}
