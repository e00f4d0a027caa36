import { LogitsError, type LogprobCapture } from "../../core/index.js";

/** A token as a payload has it, before its number was looked at. */
export interface DraftToken {
  id?: number;
  /** Null where the payload gives only an id. */
  text: string | null;
  bytes?: number[] | null;
  /** A number, a sentinel, null; whatever stands there. */
  value: unknown;
}

/** One position as a payload has it. */
export interface DraftStep extends DraftToken {
  top: DraftToken[];
  /** The list is not known to be that of the most probable tokens: it bounds nothing. */
  loose?: boolean;
}

/** A payload brought into one form. Nothing has been judged yet. */
export interface Draft {
  /** What wrote it, when keys say so; else who may have. */
  engine: string;
  steps: DraftStep[];
  prompt?: DraftStep[];
  /** The text as the payload has it beside the tokens, to compare with. */
  text?: string;
  /** When the payload itself settles it, against the engine's default. */
  stage?: LogprobCapture["stage"];
  temperature?: number;
  /** What `value` is; default "logprob". Scores are any numbers, of all tokens. */
  of?: "logprob" | "prob" | "score";
  /** Every list holds all tokens of the model. */
  full?: boolean;
  /** The list of the most probable tokens does not depend on which was chosen; else the chosen one may have been appended to it. */
  apart?: boolean;
  /** Lists were keyed by spelling, so that two tokens of one spelling are one entry. */
  keyed?: boolean;
  notes: string[];
}

/** What the caller knows about a payload, beyond the payload. */
export interface ReadLogprobsOptions {
  /** Which reader: settles what keys leave open. See `shapes`. */
  shape?: string;
  /** Who wrote it ("vllm", "web-llm", "openai" …): says the stage of the numbers where that is documented. */
  engine?: string;
  /** The stage, where an option of the engine changed it (vLLM's logprobs_mode). */
  stage?: LogprobCapture["stage"];
  /** The temperature that is in the numbers already; 1 for raw ones. */
  temperature?: number;
  /** Which of several choices or candidates; default 0. */
  choice?: number;
  /** Number of tokens of the model: a list that long is a full one. */
  vocabulary?: number;
  /** Reads values of two decimals or fewer; default false. */
  allowRounded?: boolean;
  /** Spells a token where the payload has only its id. */
  decode?: (id: number) => string;
  /** The tokens of the prompt, where the payload lists candidates without saying which one was there (vLLM's prompt_logprobs). */
  promptTokenIds?: readonly number[];
}

/** One family of payloads. */
export interface Shape {
  name: string;
  help: string;
  /** Whether the keys are those of this shape. */
  matches(json: unknown): boolean;
  read(json: unknown, options: ReadLogprobsOptions): Draft;
  /** Whether an event of a stream is of this shape. */
  streams?(event: unknown): boolean;
  /** The events of one stream as the payload that would have come at once; nothing is counted twice. */
  gather?(events: readonly unknown[]): unknown;
}

export type Json = Record<string, unknown>;

/** The value as an object, or an empty one. */
export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function integer(value: unknown): number | undefined {
  return Number.isInteger(value) ? (value as number) : undefined;
}

/** The first entry of an array of objects. */
export function first(value: unknown): Json {
  return object(list(value)[0]);
}

/**
 * The lists beside the tokens: none at all, or one each.
 *
 * @throws "bad-data" when they are another number: nothing says to which token each belongs.
 */
export function besides(lists: unknown, tokens: readonly unknown[], name: string): unknown[] {
  const all = list(lists);
  if (all.length === 0 || all.length === tokens.length) return all;
  throw new LogitsError(
    "bad-data",
    `Cannot read log-probabilities: ${name} must have one entry a token (${tokens.length}), got ${all.length}`,
  );
}

/**
 * The choice that was asked for, with a note when there are others.
 *
 * @throws "bad-argument" when there is no such choice.
 */
export function chosen(items: unknown, options: ReadLogprobsOptions, notes: string[], what: string): Json {
  const all = list(items).map(object);
  const wanted = options.choice ?? 0;
  if (all.length > 1) notes.push(`${what} ${wanted} of ${all.length} was read; the option choice names another.`);
  const found = all.find(({ index }) => index === wanted) ?? all[wanted];
  if (found || all.length === 0) return found ?? {};
  throw new LogitsError(
    "bad-argument",
    `Cannot read log-probabilities: choice must be an integer in [0, ${all.length - 1}], got ${wanted}`,
  );
}
