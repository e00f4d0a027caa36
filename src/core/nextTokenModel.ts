import type { Capture, Logits } from "./types.js";

/** A language model that says how it scores every next token, and nothing more: whoever calls it chooses the token. */
export interface NextTokenModel {
  readonly name: string;
  readonly vocabSize: number;
  /** Token that begins a text, where the model wants one. */
  readonly bos?: number;
  /** Tokens that end a text. */
  readonly eos: readonly number[];
  /** What the numbers are: full raw logits, or a server's truncated log-probabilities. */
  readonly capture: Capture;
  /** Longest context in tokens. */
  readonly contextSize: number;
  /** With `special`, names of special tokens in the text become those tokens; with `bos`, the token that begins a text comes first. Default: neither. */
  tokenize(text: string, options?: { special?: boolean; bos?: boolean }): Promise<number[]>;
  /** The text of these tokens; special tokens have none. */
  detokenize(ids: readonly number[]): Promise<string>;
  /** The bytes of one token, which may be a part of a letter; undefined where the runtime cannot say. */
  tokenBytes(id: number): Uint8Array | undefined;
  /** Raw logits after these tokens: vocabSize scores. Evaluates only what differs from the last call's tokens (key-value cache). */
  next(ids: readonly number[]): Promise<Logits>;
  /** An independent copy with the same weights: for beams and parallel sequences. */
  fork(): Promise<NextTokenModel>;
  close(): Promise<void>;
}
