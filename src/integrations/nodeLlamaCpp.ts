import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { LogitsError, type NextTokenModel } from "../core/index.js";
import { generate, type GeneratedToken, type GenerateOptions, type Stopped } from "../sample/index.js";
import { chainFrom, type Sampling } from "./followedText.js";

export type { Sampling } from "./followedText.js";

/**
 * Writes on from what a sequence of node-llama-cpp holds and these tokens, with our samplers and our draw. `generate` of `logits/sample` over the sequence:
 * the same options, the same tokens one by one, and why it stopped.
 *
 * The scores are raw: llama.cpp's own samplers stay off, as they would be on, with its defaults, as soon as one option were passed. Leave the sequence alone
 * until this ends. The last token has been drawn and not evaluated: begin with it when you go on. Where the text would outgrow the context this stops, and never
 * shifts it.
 *
 * Create the context with `threads: 1` for a small model: more are slower there. With `flashAttention: false` and both experimentalKvCache types "F32" the
 * tokens are those of `gguf` in `logits/models`; with the defaults the scores differ by up to 1e-2.
 *
 * @param tokens what to add to the sequence first; range: with what it holds, room for one more; without any token the model's own first one
 * @param sampling a chain, or settings; an empty chain draws from the model's own distribution
 * @param options `seed` range 0 … 2³² − 1; the rest as in `generate`
 * @example
 *     for await (const { text } of sampleWith(context.getSequence(), model.tokenize("It is a"), { minP: 0.05 }, { seed: 7 })) process.stdout.write(text);
 */
export function sampleWith(
  sequence: LlamaContextSequence,
  tokens: readonly number[],
  sampling: Sampling,
  options: Omit<GenerateOptions, "prompt" | "chain">,
): AsyncGenerator<GeneratedToken, Stopped> {
  const prompt = [...sequence.contextTokens, ...tokens];
  return generate(modelOf(sequence), { ...options, prompt, chain: chainFrom(sampling) });
}

function modelOf(sequence: LlamaContextSequence): NextTokenModel {
  const { model } = sequence;
  const all = [...model.iterateAllTokens()];
  return {
    name: model.filename ?? "node-llama-cpp",
    vocabSize: all.length,
    ...(model.tokens.bos === null ? {} : { bos: model.tokens.bos }),
    eos: all.filter((id) => model.isEogToken(id)),
    capture: { kind: "logits", stage: "raw", coverage: "full" },
    // One place stays free, or the beginning is dropped without a word.
    contextSize: sequence.contextSize - 1,
    tokenize: async (text, { special = false } = {}) => model.tokenize(text, special),
    detokenize: async (ids) => model.detokenize(ids as Token[]),
    tokenBytes: () => undefined,
    next: (ids) => rawLogits(sequence, ids as Token[]),
    fork: async () => {
      throw new LogitsError(
        "unsupported",
        "Cannot fork a sequence of node-llama-cpp: it must be the only one, got two",
      );
    },
    close: async () => undefined,
  };
}

/** Evaluates what the sequence does not hold yet; the last token again where it holds all, because only an evaluation gives logits. */
async function rawLogits(sequence: LlamaContextSequence, ids: Token[]): Promise<Float32Array> {
  const held = sequence.nextTokenIndex;
  if (held >= ids.length) await sequence.eraseContextTokenRanges([{ start: ids.length - 1, end: held }]);
  const rest = ids.slice(sequence.nextTokenIndex);
  const last = rest.pop()!;
  // Never with `options`: the numbers would be those after llama.cpp's own samplers.
  const output = await sequence.controlledEvaluate([...rest, [last, { generateNext: { logits: true } }]]);
  const scores = output.at(-1)!.next.logits!;
  const logits = new Float32Array(scores.size);
  for (const [id, score] of scores) logits[id] = score;
  return logits;
}
