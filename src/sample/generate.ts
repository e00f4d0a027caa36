import { LogitsError, type NextTokenModel, type SampleContext } from "../core/index.js";
import { acceptToken, type DrawKey, type Step } from "./chain.js";
import { mask } from "./mask.js";
import { sample, type Sampled } from "./sample.js";

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
  chain: readonly Step[];
  /** Most tokens to write; range ≥ 1, default 128. */
  maxTokens?: number;
  /** Texts that end it; they are left out. */
  stop?: readonly string[];
  constraint?: Constraint;
  /** What samplers remember: goes on from there, and is changed. */
  state?: SampleContext["state"];
  /** Also what every sampler did at each step. */
  trace?: boolean;
  /** How many of the tokens left to list at each step; default 0. */
  top?: number;
  /** Sees every step's raw logits before they are sampled from. */
  watch?: (logits: ArrayLike<number>, step: number) => void;
}

export interface GeneratedToken extends Pick<Sampled, "logprob" | "kept" | "top"> {
  id: number;
  /** What this token adds to the text: nothing while a letter is incomplete. */
  text: string;
  step: number;
  trace?: Sampled["trace"];
}

export type Stopped = "eos" | "length" | "stop" | "context" | "constraint";

/**
 * Writes on from a prompt, one token at a time: the model scores, the chain and the draw choose. Gives each token as it comes, and returns why it stopped.
 *
 * @example
 *     for await (const { text } of generate(model, { prompt: "It is a truth", chain, seed: 7 })) process.stdout.write(text);
 *
 * @throws LogitsError `bad-argument` for a prompt that is empty or longer than the context
 */
export async function* generate(
  model: NextTokenModel,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, Stopped> {
  const { maxTokens = 128, constraint, state = {}, seed, sequence = 0, step: from = 0 } = options;
  const chain = constraint ? [...masking, ...options.chain] : options.chain;
  const ids = await promptIds(model, options.prompt);
  const promptLength = ids.length;
  const text = textOf(model, promptLength);
  const stopAt = stopper(options.stop ?? []);
  const ends = new Set(model.eos);
  for (let n = 0; n < maxTokens; n++) {
    if (ids.length >= model.contextSize) return "context";
    const logits = await model.next(ids);
    const step = from + n;
    options.watch?.(logits, step);
    const context: Partial<SampleContext> & { state: SampleContext["state"] } = {
      history: ids,
      promptLength,
      state,
      eos: model.eos,
      ...(constraint && { mask: await constraint.mask() }),
    };
    const key = { seed, sequence, step };
    const drawn = sample(logits, { ...key, chain, context, trace: options.trace === true, top: options.top ?? 0 });
    acceptToken(drawn.token, logits, chain, { ...context, ...key });
    constraint?.accept(drawn.token);
    if (ends.has(drawn.token)) return "eos";
    ids.push(drawn.token);
    const { added, stopped } = stopAt(await text(ids));
    const { logprob, kept, top, trace } = drawn;
    yield { id: drawn.token, text: added, logprob, kept, top, step, ...(trace && { trace }) };
    if (stopped) return "stop";
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
  if (ids.length >= model.contextSize)
    throw new LogitsError(
      "bad-argument",
      `Cannot generate: the prompt must leave room in a context of ${model.contextSize} tokens, got ${ids.length}`,
    );
  return ids;
}

/** The text that the newest token adds. Bytes of a letter that is not complete wait for the rest of it. */
function textOf(model: NextTokenModel, from: number): (ids: readonly number[]) => Promise<string> {
  const decoder = new TextDecoder();
  let before = "";
  return async (ids) => {
    const bytes = model.tokenBytes(ids.at(-1)!);
    if (bytes) return decoder.decode(bytes, { stream: true });
    const all = await model.detokenize(ids.slice(from));
    const whole = all.endsWith("\ufffd") ? before : all;
    const added = whole.slice(before.length);
    before = whole;
    return added;
  };
}

/** Cuts a text where one of these begins. */
function stopper(stops: readonly string[]): (added: string) => { added: string; stopped: boolean } {
  let all = "";
  return (added) => {
    const before = all.length;
    all += added;
    const places = stops.map((stop) => all.indexOf(stop, Math.max(0, before - stop.length))).filter((at) => at >= 0);
    if (places.length === 0) return { added, stopped: false };
    return { added: all.slice(before, Math.max(before, Math.min(...places))), stopped: true };
  };
}
