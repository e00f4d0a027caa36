import type { Descriptor, Json, Params, Predictions, Replicates } from "../core/index.js";

/** Where a row lies against benign ones: less sure, more sure, or elsewhere. */
export type Tail = "low" | "high" | "odd";

/** A tail in words. What made a row unusual is not in its logits, so no word says it. */
export const tailWords: Record<Tail, string> = { low: "torn", high: "over-confident", odd: "odd direction" };

/** Some rows as detectors see them. */
export interface GuardRows {
  scores: Predictions;
  /** The same items several times over. */
  replicates?: Replicates;
}

/** One number of a row that is compared with its values in benign rows. */
export interface Detector extends Descriptor {
  family: "guard";
  needs: "rows" | "replicates";
  /** Whether it takes part in the combined p-value; one that is near chance is only printed. */
  combined: boolean;
  /** What a value below, and above, those of benign rows says. */
  says: { below: Tail; above: Tail };
  /** What it has to know of benign rows: plain JSON. */
  learn?(rows: GuardRows, params: Params): Json;
  /**
   * Its values of rows, one a row: never NaN, and finite where a document holds them.
   *
   * @throws "bad-data" when what was learned is not what it needs.
   */
  measure(params: Params, learned: Json | undefined, classes: number): (rows: GuardRows) => Float64Array;
}

/** What benign rows looked like: plain JSON in the envelope of calibrators and policies. */
export interface Guard {
  kind: "guard";
  version: 1;
  /** How the detectors' p-values become one. */
  method: "fisher" | "bonferroni";
  params: GuardParams;
  classes: string[];
  fittedOn: { rows: number; hash: string; date: string };
  metrics: Record<string, number>;
}

export interface GuardParams {
  /** Rows are ranked among benign rows of the same predicted class, or among all of them. */
  by: "predicted" | "none";
  /** What the numbers were: detectors that need a row's own zero are left out of "probs". */
  kind: "logits" | "probs";
  detectors: { name: string; params: Params; learned?: Json }[];
  /** Sorted values by group, "pooled" or the index of a class, and detector. */
  ranks: Record<string, Record<string, number[]>>;
  /** Sorted combined statistics of benign rows that are not among `ranks`, by group: what the combined statistic is ranked in again. */
  again: Record<string, number[]>;
  /** Knots by group and detector, of the rows that means were learned from: what standings are told by. */
  scale: Record<string, Record<string, number[]>>;
  /**
   * What a stream begins with (`watchRows`), sorted: standings of benign rows by detector, of all that no knots were made from; and combined statistics, of
   * those that are not among `ranks` either.
   */
  reference: Record<string, number[]>;
  /** Benign rows whose winner each class was. */
  predicted: number[];
}

/** What one detector says of a row. */
export interface DetectorReading {
  value: number;
  /** Where it stands between the lowest (0) and the highest (1) of some benign rows of its group; beyond them it is below 0 or above 1. */
  standing: number;
  /** Two-sided p-value among benign rows. */
  p: number;
  /** The side it lies on, where p ≤ 0.05. */
  tail: Tail | null;
}

/** What a guard says of a row. */
export interface GuardRow {
  /** Combined p-value: of benign rows a share of at most α has p ≤ α (of a guard that ranks some classes alone and others together: at most `mostFound`). */
  p: number;
  /** Of the detector with the smallest p-value, where the combined p ≤ 0.05. */
  tail: Tail | null;
  /** "torn", "over-confident", "odd direction" or "usual". */
  words: string;
  detectors: Record<string, DetectorReading>;
  /** The combined statistic; the higher the more unusual. */
  score: number;
  /** Where the row was ranked: "pooled" or the name of a class. */
  among: string;
  /** Index of the predicted class. */
  predicted: number;
}

/** The name under which the combination stands beside the detectors. */
export const COMBINED = "combined";
