import {
  type DraftStep,
  type DraftToken,
  first,
  integer,
  type Json,
  list,
  object,
  type ReadLogprobsOptions,
  text,
} from "./shape.js";

/** Whether a payload of an OpenAI-compatible server has vLLM's own field. */
export function hasPromptLogprobs(payload: Json): boolean {
  return Array.isArray(payload["prompt_logprobs"]) || Array.isArray(first(payload["choices"])["prompt_logprobs"]);
}

/** `{"<token id>": {logprob, rank, decoded_token}}`: one position. */
export function isLogprobDict(value: unknown): boolean {
  const entries = Object.entries(object(value));
  return entries.length > 0 && entries.every(([key, one]) => /^\d+$/.test(key) && "logprob" in object(one));
}

/** A candidate with its rank: 1 is the most probable token. */
type Ranked = DraftToken & { rank: number | undefined };

/**
 * A position of k or k + 1 candidates. Which one stood there the dict tells only by its order, and JSON objects with numbers for keys lose theirs
 * in JavaScript; so it is the given id, the only one, or the one whose rank is beyond k.
 */
export function dictStep(value: unknown, id: number | undefined, k: number | undefined): DraftStep | undefined {
  const all: Ranked[] = Object.entries(object(value)).map(([key, one]) => {
    const { logprob, rank, decoded_token } = object(one);
    return { id: Number(key), text: text(decoded_token) ?? null, value: logprob, rank: integer(rank) };
  });
  const beyond =
    k === undefined || all.length <= k ? undefined : all.find(({ rank }) => rank !== undefined && rank > k);
  const there = id === undefined ? (all.length === 1 ? all[0] : beyond) : all.find((one) => one.id === id);
  if (!there) return undefined;
  // Ranks without a gap from 1 on are the list; a token beyond it was added because it was there.
  const ranked = all.every(({ rank }) => rank !== undefined);
  const top = ranked ? all.filter(({ rank }) => rank! <= all.length - (there.rank! > all.length ? 1 : 0)) : all;
  // Other ranks are of tokens that were asked for by id: the most probable may be missing.
  const loose = ranked && top.some(({ rank }) => rank! > top.length);
  if (loose) return { ...bare(there), top: all.map(bare), loose };
  return { ...bare(there), top: top.map(bare) };
}

/** Entries of the smallest dict that has any: the k that was asked for, when some position has no more. */
export function smallest(dicts: readonly unknown[]): number {
  return dicts.reduce<number>((least, dict) => Math.min(least, Object.keys(object(dict)).length || Infinity), Infinity);
}

const bare = ({ id, text, value }: Ranked): DraftToken => ({ ...(id === undefined ? {} : { id }), text, value });

/** Steps of a list of dicts; undefined where nothing says which candidate stood there, with a note. */
export function promptSteps(
  dicts: unknown[],
  payloadIds: unknown,
  options: ReadLogprobsOptions,
  notes: string[],
): DraftStep[] {
  const ids = options.promptTokenIds ?? (Array.isArray(payloadIds) ? (payloadIds as number[]) : undefined);
  const k = smallest(dicts);
  const steps: DraftStep[] = [];
  for (const [i, dict] of dicts.entries()) {
    if (dict === null) continue;
    const step = dictStep(dict, ids?.[i], k);
    if (!step) {
      notes.push(
        `prompt_logprobs were not read: nothing says which of the candidates stood at position ${i}; the option promptTokenIds does.`,
      );
      return [];
    }
    steps.push(step);
  }
  if (list(dicts)[0] === null) notes.push("The first token of the prompt has no prediction; it is left out.");
  return steps;
}
