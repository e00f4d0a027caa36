import { byteLevelBytes, byteLevelLetters } from "./tokenBytes.js";

export interface Vocabulary {
  /** By id, in byte-level letters. */
  tokens: readonly string[];
  /** "a b", the pair that is joined first before others. */
  merges: readonly string[];
  /** Ids of tokens that no text spells. */
  special: readonly number[];
}

/** GPT-2's words: endings after an apostrophe, letters, digits or signs with the space before them, and what space is left. */
const words =
  /'(?:[stmd]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * Byte-level byte pair encoding as GPT-2 does it: a text falls into words, a word into bytes, and the pair that stands first among `merges` is joined
 * until none is left.
 *
 * Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
 */
export function byteLevelBpe({ tokens, merges, special }: Vocabulary): {
  encode(text: string, withSpecial: boolean): number[];
  bytesOf(ids: readonly number[]): Uint8Array;
} {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  const known = new Map<string, number[]>();
  const wordIds = (word: string): number[] => {
    const seen = known.get(word);
    if (seen) return seen;
    const found = joined([...byteLevelLetters(new TextEncoder().encode(word))], ranks).map((part) => ids.get(part)!);
    known.set(word, found);
    return found;
  };
  const encode = (text: string): number[] => (text.match(words) ?? []).flatMap(wordIds);
  const names = special.map((id) => [tokens[id]!, id] as const);
  return {
    encode: (text, withSpecial) => (withSpecial ? betweenNames(text, names, encode) : encode(text)),
    bytesOf: (given) =>
      Uint8Array.from(given.filter((id) => !special.includes(id)).flatMap((id) => [...byteLevelBytes(tokens[id]!)])),
  };
}

function joined(parts: string[], ranks: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let best = Infinity;
    for (let i = 1; i < parts.length; i++) best = Math.min(best, ranks.get(`${parts[i - 1]} ${parts[i]}`) ?? Infinity);
    if (best === Infinity) return parts;
    const next: string[] = [];
    for (const part of parts) {
      const last = next.at(-1);
      if (last !== undefined && ranks.get(`${last} ${part}`) === best) next[next.length - 1] = last + part;
      else next.push(part);
    }
    parts = next;
  }
}

/** Names of special tokens in a text are those tokens, and cut it. */
function betweenNames(
  text: string,
  names: readonly (readonly [string, number])[],
  encode: (text: string) => number[],
): number[] {
  const [first, ...rest] = names;
  if (!first) return encode(text);
  return text.split(first[0]).flatMap((part, i) => [...(i > 0 ? [first[1]] : []), ...betweenNames(part, rest, encode)]);
}
