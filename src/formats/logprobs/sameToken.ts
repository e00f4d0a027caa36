import type { LogprobStep, TokenLogprob } from "../../core/index.js";

type Listed = Pick<LogprobStep, "top"> & TokenLogprob;

/** By id where both have one, else by bytes, else by spelling. */
export function same(a: TokenLogprob, b: TokenLogprob): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  if (a.bytes && b.bytes) return a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes![i]);
  return a.text === b.text;
}

/** Whether the list has the token that was chosen. */
export function isListed(step: Listed): boolean {
  return step.top.some((token) => same(token, step));
}

/** The list without entries that are there again: the same token with the same number. One spelling with two numbers is two tokens. */
export function withoutRepeats(top: TokenLogprob[]): TokenLogprob[] {
  return top.filter(
    (token, i) => !top.slice(0, i).some((other) => other.logprob === token.logprob && same(other, token)),
  );
}
