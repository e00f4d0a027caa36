import type { Descriptor, Params } from "./method.js";
import type { Batch } from "./types.js";

/** A fitted calibrator: plain JSON that can be saved, diffed and shipped. */
export interface Calibrator {
  kind: "calibrator";
  version: 1;
  /** Name of the method that reads `params`. */
  method: string;
  /** What was learned: numbers, and arrays of them. */
  params: Record<string, number | string | boolean | number[] | number[][]>;
  /** Class names, one a column, when they were known at the fit. */
  classes?: string[];
  fittedOn?: { rows: number; hash: string; date: string };
  metrics?: Record<string, number>;
}

/** A way to fit and apply a calibrator. */
export interface CalibrationMethod extends Descriptor {
  family: "calibrator";
  /** True when the order of classes within a row can never change. */
  keepsWinner: boolean;
  /** Rank of simplicity: `auto` takes the lowest within one standard error of the best. */
  complexity: number;
  /** Learns from labelled logits. The result's `params` are what `apply` needs and nothing else. */
  fit(batch: Batch, params: Params): Fitted;
  /** The same rows with calibrated scores (f64): softmax of a row is its calibrated probabilities. The input is not changed. */
  apply(batch: Batch, params: Calibrator["params"]): Batch;
  /** The number that all logits are divided by, of a method that does nothing else: its probabilities need no copy of the scores. */
  temperature?(params: Calibrator["params"]): number;
  /** Refuses a document whose params are not what `apply` needs. */
  validate(params: Calibrator["params"], classes: number): void;
}

export interface Fitted {
  params: Calibrator["params"];
  warnings: string[];
}
