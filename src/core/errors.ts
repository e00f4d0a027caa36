/**
 * Every way in which this library refuses. Codes are stable: programs may switch on them, messages may change.
 */
export type ErrorCode =
  | "bad-argument" // a parameter outside its range: the caller's mistake
  | "bad-data" // a file or array that cannot be what it should be
  | "ambiguous" // two honest readings; a flag settles which
  | "not-finite" // NaN or +Infinity among logits, or a row with every class masked
  | "infinite-loss" // a true label that is masked: its negative log-likelihood is infinite
  | "no-labels" // a measure of being right, on data without truth
  | "mismatch" // two documents that do not belong together (classes, kind)
  | "unsupported" // a valid file that this version does not read
  | "missing-package"; // an optional package is not installed

/**
 * An error with a stable `code`, and where it is known the row and column it was found at.
 *
 * Messages read "Cannot <action>: <what> must be <range>, got <value>".
 */
export class LogitsError extends Error {
  override readonly name = "LogitsError";
  readonly code: ErrorCode;
  readonly row: number | undefined;
  readonly column: number | undefined;
  /** The one thing to do about it, as a command-line flag or a sentence. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    where: { row?: number; column?: number; hint?: string; cause?: unknown } = {},
  ) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause });
    this.code = code;
    this.row = where.row;
    this.column = where.column;
    this.hint = where.hint;
  }

  /** True for any LogitsError, also one from another copy of this package. */
  static isInstance(error: unknown): error is LogitsError {
    return error instanceof Error && error.name === "LogitsError" && "code" in error;
  }
}
