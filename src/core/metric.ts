import type { Descriptor, Params } from "./method.js";
import type { Predictions } from "./predictions.js";

/**
 * A measure that can be computed in parts: `value(merge(add(a), add(b)))` does not depend on how the rows were divided or in which order the
 * parts came. States are plain data (numbers, typed arrays, arrays, objects of those), so that they travel between threads.
 */
export interface Metric<State = unknown> extends Descriptor {
  family: "metric";
  /**
   * "sums": the state has a fixed size, and `add` takes a weight for each row.
   * "rows": the state keeps something of every row (rank statistics), and `value` takes the weights.
   */
  state: "sums" | "rows";
  /** Metrics with the same word here, and the same parameters, have the same `init`, `add` and `merge`: one state serves them all. */
  shares?: string;
  /** How its interval is made. */
  interval: "wilson" | "bootstrap" | "none";
  /** True when noise adds to the value (binned calibration errors): its interval is corrected for that. */
  biasedUpwards?: boolean;
  /** True when a replicate is above the rows it repeats, on average, because repeated rows rank beside one another: its interval is moved down by as much. */
  replicatesHigher?: boolean;
  /** What no value is larger than, and so no interval either. */
  most?: number;
  /** Which way is better; "none" for a description. */
  better: "higher" | "lower" | "none";
  /** The convention in force, written beside every value: bins, edges, norm, log base, ties … */
  convention(params: Params): Record<string, string | number | boolean>;
  init(params: Params, shape: { classes: number }): State;
  /** Adds rows to `state` in place. `weights` (one a row, default 1) only for "sums". */
  add(state: State, rows: Predictions, weights?: Float64Array): void;
  /** Adds `from` to `into` in place and returns `into`. */
  merge(into: State, from: State): State;
  /** The value so far; NaN when it is not defined (no rows, one class only). `weights` gives the weight of a row from its index in the source; only for "rows". */
  value(state: State, weights?: (index: number) => number): number;
  /**
   * Of a measure that is biased upwards: what it would be if nothing but noise were in the rows, as one bootstrap replicate shows it: the value of the
   * replicate's deviation from all rows. For "sums" from the replicate's state, for "rows" from its weights.
   */
  noise?(state: State, replicate: State): number;
  rowNoise?(state: State, weights: (index: number) => number): number;
  /** One value a class, for measures that look at each class themselves (one-vs-rest); the others are measured on the rows of a class. */
  perClass?(state: State): number[];
}

/** One number of a result: never without its convention. */
export interface Measured {
  value: number;
  /** 95 % interval. */
  ci?: [number, number];
  convention: Record<string, string | number | boolean>;
}
