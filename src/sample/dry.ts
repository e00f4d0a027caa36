import type { Params, SampleContext, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { sequencesOf } from "./history.js";

/**
 * Don't repeat yourself: lowers the score of a token that would go on with a sequence that has occurred before, the more the longer it is.
 *
 *     z′ = z − m·b^(n − a)        n ≥ a tokens at the end have occurred before that token already
 *
 * A breaker ends a sequence: nothing before the last breaker counts as repeated, and a breaker of one token is never lowered. Where a token follows
 * several repetitions the longest counts. The power is limited so that it stays a 32-bit number, as in llama.cpp.
 *
 * @param dryMultiplier m; range ≥ 0, default and no-op 0
 * @param dryBase b; range ≥ 1, default 1.75
 * @param dryAllowedLength a; range ≥ 1, default 2
 * @param dryWindow how many of the last tokens count; range ≥ −1 (all), default −1
 * @param dryMaxMatch longest repetition that is looked for; range ≥ 0, default and no-op 0 (no limit)
 * @param dryBreakers sequences of ids: "198;25;1 2"; default none
 *
 * @throws LogitsError `bad-argument` for breakers that are no ids
 *
 * @example
 *     dry.apply(Float64Array.of(0, 0, 0), { dryMultiplier: 1, dryBase: 2 }, { history: [0, 1, 2, 0, 1] })   // [0, 0, -1]
 */
export const dry: Sampler = defineSampler({
  name: "dry",
  role: "penalty",
  help: "Lowers the score of a token that would go on with a sequence that has occurred before",
  params: [
    { name: "dryMultiplier", type: "number", min: 0, default: 0, noop: 0, help: "m of the penalty m·b^(n − a)" },
    { name: "dryBase", type: "number", min: 1, default: 1.75, help: "b of it" },
    { name: "dryAllowedLength", type: "integer", min: 1, default: 2, help: "a, length from which a repetition counts" },
    { name: "dryWindow", type: "integer", min: -1, default: -1, help: "How many of the last tokens count; −1 all" },
    { name: "dryMaxMatch", type: "integer", min: 0, default: 0, help: "Longest repetition looked for; 0 any" },
    { name: "dryBreakers", type: "string", default: "", help: 'Sequences that end a repetition, as ids: "198;25;1 2"' },
  ],
  source: "p-e-w, text-generation-webui #5677; llama.cpp, llama_sampler_init_dry",
  change(row, params, context) {
    const allowed = numberOf(params, "dryAllowedLength");
    const base = numberOf(params, "dryBase");
    const most = base > 1.000001 ? Math.log(3.4028234663852886e38) / Math.log(base) : Infinity;
    for (const [id, length] of repetitions(params, context)) {
      if (length < allowed || id >= row.length) continue;
      row[id]! -= numberOf(params, "dryMultiplier") * base ** Math.min(length - allowed, Math.floor(most));
    }
  },
});

/** Per token, the longest sequence at the end of the text that it has followed before. */
function repetitions(params: Params, { history }: SampleContext): Map<number, number> {
  const window = numberOf(params, "dryWindow");
  // From the last token backwards.
  const tokens = (window < 0 ? history : window === 0 ? [] : history.slice(-window)).toReversed();
  const breakers = sequencesOf(params["dryBreakers"], "dryBreakers");
  const single = new Set(breakers.filter(({ length }) => length === 1).map(([id]) => id!));
  const longest = Math.min(sinceBreaker(tokens, breakers), numberOf(params, "dryMaxMatch") || Infinity);
  const found = new Map<number, number>();
  const shared = sharedLengths(tokens);
  for (let i = 1; i < tokens.length; i++) {
    const next = tokens[i - 1]!;
    const length = Math.min(shared[i]!, longest);
    if (!single.has(next) && length > (found.get(next) ?? 0)) found.set(next, length);
  }
  return found;
}

/** Tokens after the last breaker. */
function sinceBreaker(tokens: readonly number[], breakers: readonly number[][]): number {
  for (let i = 0; i < tokens.length; i++) {
    let tail = -1;
    for (const breaker of breakers) {
      // The breaker begins at i and goes on towards the end of the text.
      const fits = breaker.length <= i + 1 && breaker.every((id, k) => tokens[i - k] === id);
      if (fits) tail = Math.max(tail, breaker.length - 1);
    }
    if (tail >= 0) return i - tail;
  }
  return tokens.length;
}

/** How many tokens from each place on equal those from the first on: the Z function. */
function sharedLengths(tokens: readonly number[]): Int32Array {
  const shared = new Int32Array(tokens.length);
  let from = 0;
  let to = 0;
  for (let i = 1; i < tokens.length; i++) {
    let length = i < to ? Math.min(shared[i - from]!, to - i) : 0;
    while (i + length < tokens.length && tokens[length] === tokens[i + length]) length++;
    shared[i] = length;
    if (i + length > to) {
      from = i;
      to = i + length;
    }
  }
  return shared;
}
