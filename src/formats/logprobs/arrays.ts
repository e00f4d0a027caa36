import {
  besides,
  type Draft,
  type DraftStep,
  type DraftToken,
  integer,
  type Json,
  list,
  object,
  text,
} from "./shape.js";

/** `{tokens, token_logprobs, top_logprobs?, text_offset?, token_ids?}`: parallel arrays, the lists keyed by spelling. */
export function isArrays(value: unknown): boolean {
  const logprobs = object(value);
  return Array.isArray(logprobs["tokens"]) && Array.isArray(logprobs["token_logprobs"]);
}

export function arraySteps(logprobs: Json): DraftStep[] {
  const tokens = list(logprobs["tokens"]);
  const [values, tops, ids] = ["token_logprobs", "top_logprobs", "token_ids"].map((name) =>
    besides(logprobs[name], tokens, name),
  ) as [unknown[], unknown[], unknown[]];
  return tokens.map((spelled, i) => {
    const step: DraftStep = { ...spelledToken(text(spelled) ?? "", values[i]), top: topOf(tops[i]) };
    const id = integer(ids[i]);
    if (id !== undefined) step.id = id;
    return step;
  });
}

/** A list keyed by spelling, or (as some servers write it) an array of entries. */
function topOf(value: unknown): DraftToken[] {
  if (Array.isArray(value))
    return value.map((one) => ({ text: text(object(one)["token"]) ?? "", value: object(one)["logprob"] }));
  return Object.entries(object(value)).map(([spelled, logprob]) => spelledToken(spelled, logprob));
}

/** "bytes:\xe2\x80" is how half a character is spelled; "token_id:123" a token without a spelling. */
function spelledToken(spelled: string, value: unknown): DraftToken {
  const byId = /^token_id:(\d+)$/.exec(spelled);
  if (byId) return { id: Number(byId[1]), text: null, value };
  if (!/^bytes:(?:.*\\x[0-9a-f]{2})/is.test(spelled)) return { text: spelled, value };
  const bytes: number[] = [];
  for (const part of spelled.slice(6).matchAll(/\\x([0-9a-f]{2})|([^\\]|\\)/gis)) {
    if (part[1]) bytes.push(Number.parseInt(part[1], 16));
    else bytes.push(...new TextEncoder().encode(part[2]!));
  }
  return { text: "\uFFFD", bytes, value };
}

/** In an echo the prompt comes first; its first token has no prediction. Where it ends nothing says, so it is all one text. */
export function arraysDraft(logprobs: Json, engine: string, spelled: string | undefined): Draft {
  const draft: Draft = {
    engine,
    steps: arraySteps(logprobs),
    keyed: !Array.isArray(list(logprobs["top_logprobs"])[0]),
    notes: [],
  };
  if (spelled !== undefined) draft.text = spelled;
  return draft;
}

/** The arrays of one chunk after another. */
export function joinArrays(parts: readonly Json[]): Json {
  const joined: Record<string, unknown[]> = {};
  for (const part of parts)
    for (const [key, value] of Object.entries(part))
      if (Array.isArray(value)) for (const one of value) (joined[key] ??= []).push(one);
  return joined;
}
