import { philox } from "../../core/index.js";

export interface GreenKey {
  /** Share of green tokens. */
  gamma: number;
  key: number;
  /** Tokens that decide: the last ones, or with `self` the last but one fewer and the candidate. */
  context: number;
  self: boolean;
}

const words = new Uint32Array(4);
const domain = 0x6b6777;

/** First word of Philox4x32-10 for counter (a, b, use, 0) and key (k₀, k₁); the second is left in `words`. */
function hash(a: number, b: number, use: number, key: readonly [number, number]): number {
  philox([a, b, use, 0], key, words);
  return words[0]!;
}

/**
 * Which tokens are green after these: the pseudo-random function of the watermark, from Philox4x32-10 and integers alone.
 *
 *     left   k = (key, 0x6b6777); for each of the last h ids x, oldest first:  k ← first two words of Philox((x, 0, 0, 0), k)
 *            green(id)  ⇔  first word of Philox((id, 0, 1, 0), k) < γ·2³²
 *     self   s(id) = min over x among the last h − 1 ids and id itself of the first word of Philox((x, id, 2, 0), k)
 *            green(id)  ⇔  first word of Philox((id, s(id), 3, 0), k) < γ·2³²            k = (key, 0x6b6777)
 *
 * @returns undefined where there are fewer ids than that
 */
export function greenTokens(
  { gamma, key, context, self }: GreenKey,
  history: readonly number[],
): ((id: number) => boolean) | undefined {
  const before = self ? context - 1 : context;
  if (history.length < before) return undefined;
  const limit = gamma * 2 ** 32;
  const last = history.slice(history.length - before);
  let k: [number, number] = [key, domain];
  if (self) {
    return (id) => {
      let least = hash(id, id, 2, k);
      for (const x of last) least = Math.min(least, hash(x, id, 2, k));
      return hash(id, least, 3, k) < limit;
    };
  }
  for (const x of last) k = [hash(x, 0, 0, k), words[1]!];
  return (id) => hash(id, 0, 1, k) < limit;
}
