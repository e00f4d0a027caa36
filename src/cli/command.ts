import type { Param } from "../core/index.js";

export interface Flag extends Param {
  short?: string;
  /** What stands for the value in the help: FILE, N, NAME … */
  metavar?: string;
  /** It may be given again and again: all values are in `lists`. */
  many?: true;
  /** Under which heading the help lists it. */
  group?: string;
}

/** What a command gets: its positional arguments and the flags that were given, by camelCase name. */
export interface Invocation {
  args: string[];
  flags: Record<string, string | number | boolean | undefined>;
  /** All values of flags that may be given more than once. */
  lists?: Record<string, string[]>;
}

/** The only way a command touches the outside, so that a test can stand in for it. */
export interface Terminal {
  /** Data: standard output. */
  out(text: string): void;
  /** Waits until whoever reads standard output has taken what was said, so that a slow reader does not fill the memory. */
  taken?(): Promise<void>;
  /** Messages: standard error. */
  err(text: string): void;
  /** Whether standard output, and standard error, is a terminal. */
  outIsTty: boolean;
  errIsTty: boolean;
  columns: number;
  color: boolean;
}

export interface Command {
  name: string;
  summary: string;
  /** Positional arguments as the help shows them, e.g. "FILE…". */
  usage: string;
  /** How many positional arguments are needed and allowed. */
  args: [min: number, max: number];
  /** Flags; made from the registry where they come from methods, so loading is lazy. */
  flags(): Promise<Flag[]>;
  examples: { run: string; shows: string }[];
  /** Commands below this one, which then is only their name: `logits learn train`. */
  commands?: readonly Command[];
  load(): Promise<{ run(invocation: Invocation, terminal: Terminal): Promise<number> }>;
}

/** Exit statuses. */
export const DONE = 0;
/** A check or gate failed: said of the data, not of the words. */
export const CHECK_FAILED = 1;
export const WRONG_USAGE = 2;
export const BAD_DATA = 3;

/** Wrong words on the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
