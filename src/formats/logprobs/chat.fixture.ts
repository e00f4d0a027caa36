/** A token of an answer as the payloads of chat servers have it. */
export interface Entry {
  token: string;
  logprob: unknown;
  top_logprobs?: Entry[];
}

/** An answer of these tokens. */
export const chat = (...content: Entry[]): unknown => ({
  object: "chat.completion",
  choices: [{ index: 0, logprobs: { content } }],
});

/** The token "a" with this number and this list. */
export const one = (logprob: unknown, ...top: [string, unknown][]): Entry => ({
  token: "a",
  logprob,
  top_logprobs: top.map(([token, value]) => ({ token, logprob: value })),
});
