import { chainFrom, FollowedText, type FollowOptions, type Sampling } from "./followedText.js";

export type { Sampling } from "./followedText.js";

/**
 * What stands for −Infinity in web-llm: WGSL need not know infinities, and this stays finite when it is divided by the smallest temperature there (1e-6) or
 * doubled by a penalty. A score below it, which is what a grammar leaves, is a removed token.
 */
const REMOVED = -1e30;

/**
 * web-llm's `LogitProcessor` over our samplers: what has no top-k, min-p, typical … then has them. Made for one engine and one text at a time.
 *
 * web-llm runs its grammar first, then this, then logit_bias, its penalties, its temperature and top_p, and draws. The request (or the model's own defaults)
 * must therefore say `temperature: 1, top_p: 1` and no penalties, or they act a second time; with `drawing` one token is left and they decide nothing.
 * The prompt's tokens are not shown to a processor: penalties count what was written, since web-llm last began a conversation. Register it on an `MLCEngine`:
 * engines of a worker take none. Tokens that web-llm replays when it resumes count as written; mirostat and adaptive-p begin anew there.
 *
 * @param sampling a chain, or settings; an empty chain changes nothing
 * @param options `seed` range 0 … 2³² − 1; `drawing` default false
 * @throws LogitsError `not-finite` for NaN and +Infinity (which token), and where no token is left
 * @example
 *     const processor = new ChainLogitProcessor({ temperature: 0.8, minP: 0.05 }, { seed: 7 });
 *     await CreateMLCEngine(id, { logitProcessorRegistry: new Map([[id, processor]]) });
 */
export class ChainLogitProcessor {
  readonly #begin: () => FollowedText;
  #text: FollowedText;

  constructor(sampling: Sampling, options: FollowOptions) {
    const chain = chainFrom(sampling);
    this.#begin = () => new FollowedText([], chain, options);
    this.#text = this.#begin();
  }

  /** The scores after the chain, in an array of their own. */
  processLogits = (logits: Float32Array): Float32Array => {
    const row = this.#text.next(logits.map((score) => (score <= REMOVED ? -Infinity : score)));
    return Float32Array.from(row, (score) => Math.max(score, REMOVED));
  };

  /** Goes on with the token that web-llm drew. */
  processSampledToken = (token: number): void => this.#text.accept(token);

  /** Begins another text: web-llm calls this when its chat is reset. */
  resetState = (): void => {
    this.#text = this.#begin();
  };
}
