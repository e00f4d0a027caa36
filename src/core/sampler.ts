import type { Descriptor, Params } from "./method.js";
import type { Logits } from "./types.js";

/** What a step knows besides its row. Plain data but for the dice, so that a step can be saved and replayed. */
export interface SampleContext {
  /** All ids so far: the prompt, then what was sampled. */
  history: readonly number[];
  /** How many of them are the prompt. */
  promptLength: number;
  /** What samplers remember from step to step, by the place of the sampler in its chain. JSON: saved, cloned and restored as it is. */
  state: Record<string, Record<string, number>>;
  /** A uniform number in [0, 1) for a sampler that needs chance, always the same for the same (seed, sequence, step, place). */
  dice(place: number): number;
  /** Tokens that end a text. */
  eos?: readonly number[];
  bos?: number;
  /** The row before anything was removed, for filters that count probability over all tokens. Kept by the chain. */
  all?: Float64Array;
  /** A second row for the same step: of the negative prompt, the smaller model or the earlier layer. */
  other?: Logits;
  /** One bit a token, 32 to a word, lowest first: 1 is allowed. */
  mask?: Int32Array;
  /** The bytes of a token, which may be a part of a letter; none of a special one. */
  bytesOf?(id: number): Uint8Array | undefined;
  /** The text of a token, for those that look at it. */
  textOf?(id: number): string;
}

/** Why a token was removed: what was looked at, what was asked, and both in a sentence. */
export interface Reason {
  value: number;
  limit: number;
  text: string;
}

/**
 * One step between a row of logits and the draw. −Infinity is a token that has been removed; nothing brings it back.
 */
export interface Sampler extends Descriptor {
  family: "sampler";
  /** `filter` only removes tokens; `shape` changes the distribution of all; `penalty` changes or removes single tokens by what came before. */
  role: "filter" | "shape" | "penalty";
  /** Whether these values change nothing, whatever the row. */
  isOff(params: Params): boolean;
  /** Changes a row in place: for chains, which own their row. `place` is the position in the chain. */
  change(row: Float64Array, params: Params, context: SampleContext, place: number): void;
  /**
   * The row after this sampler, in f64. The input is unchanged unless it is also `out`.
   *
   * @throws LogitsError `not-finite` for NaN and +Infinity (which column), and where every token is removed already; `bad-argument` out of range
   */
  apply(logits: Logits, params?: Params, context?: Partial<SampleContext>, out?: Float64Array): Float64Array;
  /** Why tokens that `change` would remove are removed; called with the row as it was before. */
  reasons?(row: Float64Array, params: Params, context: SampleContext, place: number): (id: number) => Reason;
  /** Remembers the token that was drawn. `before` is the row that this sampler got, `drawn` the one that was drawn from. */
  accept?(
    token: number,
    before: Float64Array,
    drawn: Float64Array,
    params: Params,
    context: SampleContext,
    place: number,
  ): void;
}
