import { checkParam, LogitsError, type NextTokenModel, type SampleContext } from "../core/index.js";
import { acceptToken, type DrawKey, type Step } from "./chain.js";
import { mask } from "./mask.js";
import { sample, type Sampled } from "./sample.js";
import { stopTexts } from "./stopTexts.js";

/** What keeps a text within a grammar: which tokens may come next, and what has come. */
export interface Constraint {
  /** One bit a token, 32 to a word, lowest first. */
  mask(): Int32Array | Promise<Int32Array>;
  /** Takes a token, of those that the mask allows. */
  accept(id: number): boolean;
  /** Nothing may follow. */
  readonly isTerminated: boolean;
}

export interface GenerateOptions extends DrawKey {
  /** A text, or its tokens. */
  prompt: string | readonly number[];
  /** How many of the prompt's tokens count as prompt, for samplers that tell it from what was written; default all. To go on with a text, give `step` too. */
  promptLength?: number;
  chain: readonly Step[];
  /** Most tokens to write; range ≥ 1, default 128. */
  maxTokens?: number;
  /** Texts that end it; they are left out. A token whose text may begin one is given out once that is clear. */
  stop?: readonly string[];
  constraint?: Constraint;
  /** What samplers remember: goes on from there, and is changed. JSON, to be saved between two tokens. */
  state?: SampleContext["state"];
  /** Also what every sampler did at each step. */
  trace?: boolean;
  /** How many of the tokens left to list at each step; default 0. */
  top?: number;
  /** Sees every step's raw logits, and the token that was drawn from them, also one that ends the text. */
  watch?: (logits: ArrayLike<number>, step: number, token: number) => void;
}

export interface GeneratedToken extends Pick<Sampled, "logprob" | "kept" | "top"> {
  id: number;
  /** What this token adds to the text: nothing while a letter is incomplete, nor of a text that ends it. */
  text: string;
  step: number;
  trace?: Sampled["trace"];
}

export type Stopped = "eos" | "length" | "stop" | "context" | "constraint";

/**
 * Writes on from a prompt, one token at a time: the model scores, the chain and the draw choose. Gives each token as it comes, and returns why it stopped.
 *
 * The same prompt, chain and key write the same text; so does going on from any token of it, with `prompt` all tokens so far, `promptLength`, `step` and
 * `state` as they were.
 *
 * @example
 *     for await (const { text } of generate(model, { prompt: "It is a truth", chain, seed: 7 })) process.stdout.write(text);
 *
 * @throws LogitsError `bad-argument` for a prompt that is empty or longer than the context, and for options out of range
 */
export async function* generate(
  model: NextTokenModel,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, Stopped> {
  const { stop = [] } = options;
  if (stop.includes(""))
    throw new LogitsError("bad-argument", 'Cannot generate: a stop text must have at least one letter, got ""');
  const texts = stopTexts<GeneratedToken>(stop);
  const tokens = drawTokens(model, options);
  for (;;) {
    const next = await tokens.next();
    if (next.done) {
      yield* texts.rest();
      return next.value;
    }
    const { ready, stopped } = texts.push(next.value);
    yield* ready;
    if (stopped) return "stop";
  }
}

async function* drawTokens(
  model: NextTokenModel,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, Exclude<Stopped, "stop">> {
  const { maxTokens = 128, constraint, state = {}, seed, sequence = 0, step: from = 0 } = options;
  const chain = constraint ? [...masking, ...options.chain] : options.chain;
  checkParam("generate", { name: "maxTokens", type: "integer", min: 1, help: "" }, maxTokens);
  const ids = await promptIds(model, options.prompt);
  const promptLength = Math.min(ids.length, options.promptLength ?? ids.length);
  const text = textOf(model, ids.length);
  const ends = new Set(model.eos);
  for (let n = 0; n < maxTokens; n++) {
    if (ids.length > model.contextSize) return "context";
    const logits = await model.next(ids);
    const step = from + n;
    const context: Partial<SampleContext> & { state: SampleContext["state"] } = {
      history: ids,
      promptLength,
      state,
      eos: model.eos,
      bytesOf: (id) => (ends.has(id) || id === model.bos ? undefined : model.tokenBytes(id)),
      ...(constraint && { mask: await constraint.mask() }),
    };
    const key = { seed, sequence, step };
    const drawn = sample(logits, { ...key, chain, context, trace: options.trace === true, top: options.top ?? 0 });
    const { token, logprob, kept, top, trace } = drawn;
    options.watch?.(logits, step, token);
    acceptToken(token, logits, chain, { ...context, ...key });
    constraint?.accept(token);
    if (ends.has(token)) return "eos";
    ids.push(token);
    yield { id: token, text: await text(ids), logprob, kept, top, step, ...(trace && { trace }) };
    if (constraint?.isTerminated) return "constraint";
  }
  return "length";
}

/** The mask comes before every other sampler: what it removes has no share in anything. */
const masking: readonly Step[] = [{ sampler: mask, params: { mask: true } }];

async function promptIds(model: NextTokenModel, prompt: string | readonly number[]): Promise<number[]> {
  const ids = typeof prompt === "string" ? await model.tokenize(prompt, { bos: true, special: true }) : [...prompt];
  if (ids.length === 0) {
    if (model.bos !== undefined) return [model.bos];
    throw new LogitsError("bad-argument", "Cannot generate: the prompt must have at least one token, got none");
  }
  if (ids.length > model.contextSize)
    throw new LogitsError(
      "bad-argument",
      `Cannot generate: the prompt must fit into a context of ${model.contextSize} tokens, got ${ids.length}`,
    );
  return ids;
}

/** The text that the newest token adds to the tokens from `from` on. Bytes of a letter that is not complete wait for the rest of it. */
function textOf(model: NextTokenModel, from: number): (ids: readonly number[]) => Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let before = "";
  return async (ids) => {
    const bytes = model.tokenBytes(ids.at(-1)!);
    // A runtime may know the bytes of some tokens and not of others.
    const all = bytes ? before + decoder.decode(bytes, { stream: true }) : await model.detokenize(ids.slice(from));
    const whole = !bytes && all.endsWith("\ufffd") ? before : all;
    const added = whole.slice(before.length);
    before = whole;
    return added;
  };
}
