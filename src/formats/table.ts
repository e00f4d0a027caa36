import type { Kind } from "../core/index.js";

/**
 * Bytes that can be read in pieces: a file on disk, a browser `File` or `Blob`, an array in memory, a URL that answers range requests.
 */
export interface Bytes {
  byteLength: number;
  /** The bytes from `start` up to `end`. Throws when the range is not inside. */
  slice(start: number, end: number): Promise<Uint8Array>;
  /** Fills `into` with the bytes from `start` on, where that can be done without an array of its own. */
  readInto?(start: number, into: Uint8Array): Promise<void>;
  /** A name for messages and for recognising the format by its extension. */
  name?: string;
}

/** What the caller knows about a file, beyond the file. */
export interface ReadOptions {
  kind?: Kind | "percent" | "binary-logits" | "binary-probs";
  /** Overrides recognition by magic bytes and extension. */
  format?: string;
  logitsKey?: string;
  labelsKey?: string;
  classes?: string[];
  labelsColumn?: string;
  idColumn?: string;
  sliceColumns?: string[];
  delimiter?: string;
  /** What the first class is called by integer labels, 0 or 1; detected when absent. */
  labelBase?: 0 | 1;
  /** For 3-D arrays: a permutation of "rows", "replicates", "classes". */
  axes?: string[];
  /** Which replicate of a 3-D array, or their mean. */
  replicate?: number | "mean";
  /** What a 1-D array is: a number for each of many rows, or the scores of one row. Default "rows"; labels beside it make it that too. */
  vector?: "rows" | "row";
  /** Arrays of the file that are read by themselves: no note says that they are not read. */
  beside?: string[];
}

/** Labels as the file has them, before they are understood as classes. */
export type RawLabels = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<string> | ArrayLike<boolean>;

/** Some rows as the file has them. */
export interface RawBlock {
  rows: number;
  /** rows × columns, row-major. The array may be reused for the next block once the consumer asks for it. */
  values: Float32Array | Float64Array;
  /** One a row, or rows × classes when one-hot (`labelWidth` of the table says which). */
  labels?: RawLabels;
  ids?: string[];
  slices?: Record<string, string[]>;
}

/** A file opened and understood as a table of numbers, before anyone has decided what the numbers mean. */
export interface RawTable {
  format: string;
  /** The numeric type of the scores as stored: "f2", "f4", "f8", "i8", "text" … */
  dtype: string;
  /** Number of score columns. */
  columns: number;
  /** Their names, where the file has them. */
  columnNames?: string[];
  rows?: number;
  /** Where labels come from ("labels", "column truth"), if there are any. */
  labelsFrom?: string;
  /** 1, or the number of columns of one-hot labels. */
  labelWidth?: number;
  /** How many replicates of each row there are to choose from. */
  replicates?: number;
  /** The key or dataset name the scores came from ("logits", "probs"), where there is one: evidence for the kind. */
  scoresFrom?: string;
  notes: string[];
  /** Reads the file from the start, at most `rowsPerBlock` rows at a time. May be called again and again. */
  blocks(rowsPerBlock: number): AsyncIterable<RawBlock>;
}
