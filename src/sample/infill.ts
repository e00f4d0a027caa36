import { firstWhere } from "../stats/bisect.js";
import { LogitsError, type Reason, type SampleContext, type Sampler } from "../core/index.js";
import { defineSampler } from "./define.js";
import { banned, force } from "./history.js";
import { rankedIds } from "./ranking.js";
import { probabilitiesOf } from "./row.js";

/** Probability that a text must reach. */
const LEAST = 0.2;

/**
 * Fill in the middle: keeps the texts that stand out, and ends where the model would rather end. For few candidates, after top-k and top-p.
 *
 * Of n tokens left, E those that end a text and P their probability:
 *
 *     3 · P · n > 1 − P       only E stay
 *     else                    a token whose bytes begin those of another becomes one with it: the likelier gets both probabilities, the other falls;
 *                             first come the tokens with the largest scores
 *     then                    what has less than 0.2 falls; of m texts left, probabilities of all that is left made to sum to 1, what has less than
 *                             1/(m + 1) falls; E stay throughout
 *     where no text is left   the first of `context.eos` alone, also where it had been removed
 *
 * Scores do not change: what was merged counts for these limits, not for the draw. llama.cpp ends with its end of turn, which should then be the first of
 * `context.eos`; a token without bytes, such as a special one, begins no other.
 *
 * @param infill whether to; default and no-op false
 * @throws LogitsError `bad-argument` where the context has no `bytesOf` or names no end
 * @example
 *     infill.apply(Float64Array.of(2, 1, -5), { infill: true }, { eos: [2], bytesOf: (id) => [Uint8Array.of(97), Uint8Array.of(97, 98)][id] })
 *     // [2, -Infinity, -5]
 */
export const infill: Sampler = defineSampler({
  name: "infill",
  role: "filter",
  help: "Keeps the texts that stand out, or ends: for filling in the middle",
  params: [
    {
      name: "infill",
      type: "boolean",
      default: false,
      noop: false,
      help: "Fills in the middle: merges tokens that begin alike, keeps what stands out, or ends",
    },
  ],
  source: "llama.cpp, llama_sampler_init_infill",
  change(row, _, context) {
    const { fate, only } = fates(row, context);
    if (only !== undefined && row[only] === -Infinity) return force(row, only);
    for (const id of fate.keys()) row[id] = -Infinity;
  },
  reasons(row, _, context) {
    const { fate } = fates(row, context);
    return (id) => fate.get(id) ?? banned("no text is left, so the text ends");
  },
});

interface Fates {
  /** Why tokens that were left fall. */
  fate: Map<number, Reason>;
  /** The end that stays alone, where no text is left. */
  only?: number;
}

function fates(row: Float64Array, context: SampleContext): Fates {
  const { eos, bytesOf } = partsOf(context);
  const ends = new Set(eos);
  const ids = [...rankedIds(row)];
  const texts = ids.filter((id) => !ends.has(id));
  const p = probabilitiesOf(row);
  const atEnd = ids.reduce((sum, id) => (ends.has(id) ? sum + p[id]! : sum), 0);
  if (3 * atEnd * ids.length > 1 - atEnd)
    return { fate: new Map(texts.map((id) => [id, endReason(atEnd, ids.length)])) };
  const fate = merged(texts, p, bytesOf);
  dropBelow(LEAST, 1, texts, p, fate);
  const left = texts.filter((id) => !fate.has(id));
  if (left.length === 0) {
    const only = eos[0]!;
    for (const id of ids) if (id !== only && !fate.has(id)) fate.set(id, banned("no text is left, so the text ends"));
    return { fate, only };
  }
  const total = ids.reduce((sum, id) => (fate.has(id) ? sum : sum + p[id]!), 0);
  dropBelow(1 / (left.length + 1), total, left, p, fate);
  return { fate };
}

function partsOf({ eos = [], bytesOf }: SampleContext): {
  eos: readonly number[];
  bytesOf: NonNullable<SampleContext["bytesOf"]>;
} {
  if (!bytesOf)
    throw new LogitsError("bad-argument", "Cannot fill in: context.bytesOf must give the bytes of a token, got none", {
      hint: "Names of the classes are their bytes: --classes A,B,…",
    });
  if (eos.length === 0)
    throw new LogitsError("bad-argument", "Cannot fill in: the tokens that end a text must be named, got none", {
      hint: "Name them with --eos ID,ID (context.eos).",
    });
  return { eos, bytesOf };
}

/** Joins tokens of which one begins the other, in `p` too. What falls, and why. `ids` have the largest scores first. */
function merged(
  ids: readonly number[],
  p: Float64Array,
  bytesOf: NonNullable<SampleContext["bytesOf"]>,
): Map<number, Reason> {
  const fate = new Map<number, Reason>();
  const text = new Map(
    ids.map((id) => [id, Array.from(bytesOf(id) ?? [], (byte) => String.fromCharCode(byte)).join("")]),
  );
  const rank = new Map(ids.map((id, i) => [id, i]));
  // What begins with the same letters stands together.
  const sorted = ids.toSorted((a, b) => (text.get(a)! < text.get(b)! ? -1 : text.get(a) === text.get(b) ? 0 : 1));
  for (const id of ids) {
    const start = text.get(id)!;
    if (start === "" || fate.has(id)) continue;
    for (const other of beginningWith(start, sorted, text).sort((a, b) => rank.get(a)! - rank.get(b)!)) {
      if (fate.has(id)) break;
      if (other === id || fate.has(other)) continue;
      const [kept, gone] = p[other]! > p[id]! ? [other, id] : [id, other];
      fate.set(
        gone,
        banned(`it and token ${kept} begin alike, and that has ${percent(p[kept]!)} where it has ${percent(p[gone]!)}`),
      );
      p[kept]! += p[gone]!;
      p[gone] = 0;
    }
  }
  return fate;
}

/** Of ids in the order of their texts. */
function beginningWith(start: string, sorted: readonly number[], text: ReadonlyMap<number, string>): number[] {
  const first = firstWhere(sorted.length, (i) => !(text.get(sorted[i]!)! < start));
  let end = first;
  while (end < sorted.length && text.get(sorted[end]!)!.startsWith(start)) end++;
  return sorted.slice(first, end);
}

function dropBelow(
  limit: number,
  total: number,
  ids: readonly number[],
  p: Float64Array,
  fate: Map<number, Reason>,
): void {
  for (const id of ids) {
    const value = p[id]! / total;
    if (fate.has(id) || !(value < limit)) continue;
    const share = `${percent(value)}${total === 1 ? "" : " of what is left"}`;
    fate.set(id, { value, limit, text: `it has ${share}, and ${percent(limit)} is asked` });
  }
}

const endReason = (atEnd: number, tokens: number): Reason => ({
  value: 1 - atEnd,
  limit: 3 * atEnd * tokens,
  text: `an end has ${percent(atEnd)}: times three, times ${tokens} tokens, that is more than the ${percent(1 - atEnd)} of all texts`,
});

const percent = (share: number): string => `${(100 * share).toPrecision(3)} %`;
