import type { Batch } from "../core/index.js";
import { type AdaptiveConformal, type AdaptiveOptions, type AdaptiveState, adaptiveWith } from "./adaptive.js";
import { aps } from "./aps.js";
import { controlWith, type Controlled, type ControlOptions } from "./control.js";
import { type ConformalDocument, readConformal } from "./document.js";
import { falseNegativeRate } from "./falseNegativeRate.js";
import { type ConformOptions, type ConformResult, fitWith, scoringFor } from "./fit.js";
import { lac } from "./lac.js";
import { largeOrMiss } from "./largeOrMiss.js";
import { margin } from "./margin.js";
import { miss } from "./miss.js";
import { pValuesWith, type RowPValues } from "./pValues.js";
import { raps } from "./raps.js";
import type { ConformalRisk } from "./risk.js";
import { saps } from "./saps.js";
import type { ConformalScore } from "./score.js";
import { classScores as allScores, type LabelScores, labelScores as ownScores } from "./scored.js";
import { checkCalibrated, type Sets, setsWith } from "./sets.js";
import { sigmoid } from "./sigmoid.js";
import { topK } from "./topK.js";
import { weightedMiss } from "./weightedMiss.js";

/** Every conformal score. One line a score. */
export const conformalScores: readonly ConformalScore[] = [lac, aps, raps, saps, topK, margin, sigmoid];

/** Every risk that sets can be made to keep. One line a risk. */
export const conformalRisks: readonly ConformalRisk[] = [miss, falseNegativeRate, weightedMiss, largeOrMiss];

/**
 * Learns thresholds from labelled rows that the model has not learned from, so that the sets of new, exchangeable rows hold the truth with probability at least 1 − α.
 *
 * The k-th smallest score of the true classes, k = ⌈(n + 1)(1 − α)⌉; +∞ when k > n, and then sets hold every class and a warning says so.
 *
 * @param batch labelled rows of logits, log-probabilities or probabilities
 * @param options alpha in (0, 1), default 0.1; score, default "raps"; by, default "all"
 * @throws "bad-argument", "no-labels", "not-finite"
 * Vovk, Gammerman & Shafer 2005; Mondrian: Vovk et al. 2003; clusters: Ding et al. 2023.
 * @example
 *     const { document } = fitConformal(batch, { alpha: 0.1, score: "aps" });
 *     const sets = predictSets(newBatch, document);
 *     setOf(sets, 0);  // [2, 5]
 */
export function fitConformal(batch: Batch, options: ConformOptions = {}): ConformResult {
  return fitWith(conformalScores, batch, options);
}

/**
 * One threshold that keeps a risk at most α: in expectation (conformal risk control), or with confidence 1 − δ (RCPS, learn-then-test).
 *
 * @throws "bad-argument" where risk and procedure do not fit together; "bad-data", "no-labels", "not-finite"
 * Angelopoulos et al., ICLR 2024 (CRC); Bates et al., J. ACM 2021 (RCPS); Angelopoulos et al., Ann. Appl. Stat. 2025 (learn then test).
 */
export function controlRisk(batch: Batch, options: ControlOptions = {}): Controlled {
  return controlWith(conformalScores, conformalRisks, batch, options);
}

/**
 * The set of every row. Rows are told apart by their ids, or else by their index in the source, so that sets do not depend on how rows are divided.
 *
 * @param given.calibrated that the document's calibrator, if there is one, has been applied to the rows
 */
export function predictSets(batch: Batch, document: ConformalDocument, given: { calibrated?: boolean } = {}): Sets {
  const read = validateConformal(document, batch.classes);
  checkCalibrated(read, given.calibrated);
  return setsWith(conformalScores, batch, read);
}

/** p-values of every class, credibility and confidence of every row; from a document that was fitted with `keepScores`. */
export function conformalPValues(
  batch: Batch,
  document: ConformalDocument,
  given: { calibrated?: boolean } = {},
): RowPValues[] {
  const ofRow = rowPValues(batch, document, given);
  return Array.from({ length: batch.rows }, (_, row) => ofRow(row));
}

/** The same, row by row as they are asked for: of many rows and classes not all are in memory. */
export function rowPValues(
  batch: Batch,
  document: ConformalDocument,
  given: { calibrated?: boolean } = {},
): (row: number) => RowPValues {
  const read = validateConformal(document, batch.classes);
  checkCalibrated(read, given.calibrated);
  return pValuesWith(conformalScores, batch, read);
}

/** The predictor of sets that a JSON document holds, checked before anything uses it. */
export function validateConformal(document: unknown, classes?: number | readonly string[]): ConformalDocument {
  return readConformal(document, conformalScores, classes);
}

type Scored = Pick<ConformOptions, "score" | "params" | "randomise" | "seed">;

/** The score of each row's label, as calibration rows have it ("fit") or as new rows have it ("apply"). */
export function labelScores(batch: Batch, options: Scored = {}, stream: "fit" | "apply" = "fit"): LabelScores {
  return ownScores(batch, scoringFor(options, conformalScores), stream);
}

/** The scores of every class of every row: rows × classes, and what tells those apart that round to the same number. */
export function classScores(
  batch: Batch,
  options: Scored = {},
  stream: "fit" | "apply" = "apply",
): { scores: Float64Array; fine: Float64Array } {
  return allScores(batch, scoringFor(options, conformalScores), stream);
}

/** Sets for a stream that drifts: see `AdaptiveConformal`. Its state is plain JSON. */
export function adaptiveConformal(options: AdaptiveOptions = {}, state?: AdaptiveState): AdaptiveConformal {
  return adaptiveWith(conformalScores, options, state);
}

export type { AdaptiveConformal, AdaptiveOptions, AdaptiveRow, AdaptiveState } from "./adaptive.js";
export { type Coverage, type CoverageLaw, coverageLaw, coverageWarning, measureSets, type Share } from "./coverage.js";
export { conformalRank, rowsNeeded } from "./rank.js";
export { meanRisk } from "./risk.js";
export { inSet, setOf } from "./sets.js";
export type { JsonNumber } from "./threshold.js";
export type {
  ConformalDocument,
  ConformalRisk,
  ConformalScore,
  ConformOptions,
  ConformResult,
  Controlled,
  ControlOptions,
  LabelScores,
  RowPValues,
  Sets,
};
