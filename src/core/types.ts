declare const brand: unique symbol;

/** Unnormalised scores, rows × classes, row-major. −Infinity is a masked class; NaN and +Infinity never occur. */
export type Logits = (Float32Array | Float64Array) & { readonly [brand]?: "logits" };

/** Probabilities, rows × classes, row-major. Each row sums to 1 up to rounding. */
export type Probs = (Float32Array | Float64Array) & { readonly [brand]?: "probs" };

/**
 * What the numbers of an array are. `logprobs` are logits whose rows already have log-sum-exp 0.
 * Nothing in this library guesses the kind from the values of one batch; readers detect it, say so and refuse the ambiguous.
 */
export type Kind = "logits" | "logprobs" | "probs";

/** How the numbers were taken from the model. A truncated capture gives bounds, never a point value. */
export interface Capture {
  kind: Kind;
  stage: "raw" | "processed" | "unknown";
  coverage: "full" | { topK: number; mass: number[] };
  temperature?: number;
}

/** Some rows of one table of scores. */
export interface Batch {
  kind: Kind;
  /** rows × classes, row-major. */
  values: Logits | Probs;
  rows: number;
  classes: number;
  /** Index of the first row within its source: what identifies a row wherever and in whatever order it is processed. */
  offset?: number;
  /** The true class of each row, 0 … classes − 1. */
  labels?: Int32Array;
  ids?: string[];
  slices?: Record<string, string[]>;
  /**
   * Probabilities of a true label below this count as this. Set by calibrators that give exact zeros (histogram, isotonic),
   * absent everywhere else; a result counts the rows where it was used.
   */
  floor?: number;
}

/** Several rows of scores for each item: under noise, with words left out, from several prompts or models. */
export interface Replicates {
  /** rows × replicates × classes. */
  values: Logits;
  rows: number;
  replicates: number;
  classes: number;
}

/** Where labels came from, said to the user. */
export interface LabelInfo {
  /** The key, column or rule they were read from. */
  from: string;
  /** What the source calls its first class: 0 or 1 for integers, or how else they were written. */
  base: 0 | 1 | "names" | "one-hot" | "boolean";
  /** Distinct labels seen, when counted. */
  present?: number;
}

/** A table of scores that can be read again and again, in batches. */
export interface Source {
  capture: Capture;
  /** Class names, one a column. */
  classes: string[];
  rows?: number;
  /** The files it was read from, in order, where there are any. */
  files?: string[];
  /** The numeric type of the file ("f4", "f8", "f2", "csv" …). */
  dtype?: string;
  labels?: LabelInfo;
  /** How many replicates the file has of each row, where its scores are a 3-D array. */
  replicates?: number;
  /** What was detected or assumed, in sentences for a person. */
  notes: string[];
  /**
   * All rows from the first on. With `reuse` an array of values may be overwritten once the next batch is asked for: for whoever keeps none of them, since
   * touching fresh memory costs more than reading.
   */
  batches(options?: { reuse?: boolean }): AsyncIterable<Batch>;
}
