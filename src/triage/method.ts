import type { Descriptor, Params, Predictions } from "../core/index.js";

/** A row that deserves a person's eye, with the numbers that made it so. */
export interface TriageItem {
  id: string;
  /** Index in the source. */
  row: number;
  verdict: string;
  label?: string;
  predicted: string;
  p: number;
  margin: number;
  evidence: Record<string, number | string>;
  /** The evidence as a sentence. */
  text: string;
  slices?: Record<string, string>;
}

/** Some rows as every verdict sees them. */
export interface TriageRows {
  /** From calibrated scores. */
  scores: Predictions;
  /** The class after the winner, −1 where every other is masked. */
  runnerUp: Int32Array;
  /** p₁ − p₂ of each row. */
  margins: Float64Array;
  /** The same rows as the model gave them; undefined for probabilities, which have lost their gauge. */
  raw: Predictions | undefined;
}

/** What a search is told before it sees rows. */
export interface TriageSetting {
  classes: readonly string[];
  /** How many items to keep. */
  top: number;
}

/**
 * One verdict being looked for in a table that is read in batches: all batches go through `survey` first, when there is one, then all through `inspect`.
 */
export interface Search {
  survey?(rows: TriageRows): void;
  inspect(rows: TriageRows): void;
  /** Exact counts by name, and the strongest items first. */
  finish(): { counts: Record<string, number>; items: TriageItem[] };
}

/** A verdict: what it is called, what it needs, how it is found. */
export interface TriageMethod extends Descriptor {
  family: "triage";
  /** The verdict as a heading. */
  title: string;
  /** "labels" when rows without truth have nothing to find, "raw" when calibrated or normalised scores do not. */
  needs: "scores" | "labels" | "raw";
  start(params: Params, setting: TriageSetting): Search;
}
