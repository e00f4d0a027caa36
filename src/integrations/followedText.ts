import type { Logits, SampleContext } from "../core/index.js";
import {
  acceptToken,
  diceOf,
  type DrawKey,
  runChain,
  sample,
  samplers,
  type Settings,
  settingsChain,
  type Step,
} from "../sample/index.js";

/** A chain, or settings in the order of `samplers`: `{ temperature: 0.8, minP: 0.05 }`. */
export type Sampling = readonly Step[] | Settings;

export interface FollowOptions extends Omit<DrawKey, "step"> {
  /** Also draws the token, as `generate` of `logits/sample` would, and leaves no other. Default false: the program that asks draws. */
  drawing?: boolean;
  /** Tokens that end a text, for samplers that ask. */
  eos?: readonly number[];
}

export function chainFrom(sampling: Sampling): readonly Step[] {
  return isChain(sampling) ? sampling : settingsChain(samplers, sampling);
}

const isChain = (sampling: Sampling): sampling is readonly Step[] => Array.isArray(sampling);

/** A text that another program writes: what samplers must know of it from token to token. */
export class FollowedText {
  readonly history: number[];
  readonly #promptLength: number;
  readonly #chain: readonly Step[];
  readonly #options: FollowOptions;
  readonly #state: SampleContext["state"] = {};
  #scores: Logits | undefined;

  constructor(prompt: readonly number[], chain: readonly Step[], options: FollowOptions) {
    this.history = [...prompt];
    this.#promptLength = prompt.length;
    this.#chain = chain;
    this.#options = options;
  }

  /** What the next token is to be drawn from, in f64: the scores after the chain or, where we draw, 0 for the token drawn and −Infinity for all others. */
  next(scores: Logits): Float64Array {
    this.#scores = scores.slice();
    const key = this.#key();
    const context = this.#context();
    if (!this.#options.drawing) return runChain(scores, this.#chain, { ...context, dice: diceOf(key) });
    const row = new Float64Array(scores.length).fill(-Infinity);
    row[sample(scores, { ...key, chain: this.#chain, context, top: 0 }).token] = 0;
    return row;
  }

  /** Goes on with the token that was chosen, whoever chose it. */
  accept(token: number): void {
    if (this.#scores) acceptToken(token, this.#scores, this.#chain, { ...this.#context(), ...this.#key() });
    this.#scores = undefined;
    this.history.push(token);
  }

  #key(): DrawKey {
    const { seed, sequence = 0 } = this.#options;
    return { seed, sequence, step: this.history.length - this.#promptLength };
  }

  #context(): Partial<SampleContext> & Pick<SampleContext, "state"> {
    const { eos = [] } = this.#options;
    return { history: this.history, promptLength: this.#promptLength, state: this.#state, eos };
  }
}
