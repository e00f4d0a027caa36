import { LogitsError } from "../core/index.js";

export interface Listed {
  bytes: Uint8Array;
  logprob: number;
  /** Where the server says it, as llama.cpp does. */
  id?: number;
}

interface Entry {
  token?: string;
  bytes?: number[] | null;
  logprob?: number;
  id?: number;
}

/**
 * The log-probabilities that a completion lists for its first token: `top_logprobs` of the older form (an object of text → logprob) or `content` of the newer
 * (a list of token, bytes, logprob), which llama.cpp gives in both APIs.
 */
export function listedScores(answer: unknown, address: string): Listed[] {
  const logprobs = (answer as { choices?: { logprobs?: { top_logprobs?: unknown[]; content?: unknown[] } }[] })
    ?.choices?.[0]?.logprobs;
  const first =
    (logprobs?.content?.[0] as { top_logprobs?: Entry[] } | undefined)?.top_logprobs ?? logprobs?.top_logprobs?.[0];
  if (first === undefined || first === null || typeof first !== "object") {
    throw new LogitsError("bad-data", `Cannot ask ${address}: the answer must have top_logprobs, got none`, {
      hint: "Does this server support log-probabilities for this model?",
    });
  }
  const entries: Entry[] = Array.isArray(first)
    ? first
    : Object.entries(first).map(([token, logprob]) => ({ token, logprob: logprob as number }));
  return entries.map(({ token = "", bytes, logprob, id }) => {
    if (typeof logprob !== "number" || Number.isNaN(logprob) || logprob > 1e-6)
      throw new LogitsError("bad-data", `Cannot ask ${address}: a log-probability must be at most 0, got ${logprob}`);
    // vLLM can be told to name tokens by number, for those that are no text of their own.
    const named = /^token_id:(\d+)$/.exec(token)?.[1];
    const which = id ?? (named === undefined ? undefined : Number(named));
    return {
      bytes: bytes ? Uint8Array.from(bytes) : new TextEncoder().encode(token),
      logprob: Math.min(0, logprob),
      ...(which === undefined ? {} : { id: which }),
    };
  });
}
