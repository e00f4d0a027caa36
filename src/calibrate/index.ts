import type { Batch, CalibrationMethod, Calibrator, Params, Predictions, RowArrays } from "../core/index.js";
import { LogitsError, toLogits } from "../core/index.js";
import { applyWith, predictWith, readCalibrator } from "./document.js";
import { type FitResult, fitWith } from "./fit.js";
import { type Candidate, chooseMethod } from "./auto.js";
import { beta } from "./beta.js";
import { histogram } from "./histogram.js";
import { isotonic } from "./isotonic.js";
import { platt } from "./platt.js";
import { temperature } from "./temperature.js";
import { uniformMixture } from "./uniformMixture.js";
import { vectorScaling } from "./vectorScaling.js";

/** Every calibration method, simplest first. One line a method. */
export const calibrators: readonly CalibrationMethod[] = [
  temperature,
  uniformMixture,
  platt,
  vectorScaling,
  beta,
  histogram,
  isotonic,
];

export interface FitOptions {
  /** Name of the method; default "temperature". "auto" compares all by cross-validated NLL. */
  method?: string;
  /** Seed of the folds of "auto". */
  seed?: number;
  params?: Params;
  classes?: string[];
}

/** Learns a calibrator from labelled rows. See the methods for their formulas. */
export function fitCalibrator(batch: Batch, options: FitOptions = {}): FitResult & { table?: Candidate[] } {
  const name = options.method ?? "temperature";
  if (name === "auto" && batch.labels) {
    const { method, table } = chooseMethod(calibrators, batch, options.seed ?? 0);
    return { ...fitWith(method, batch, {}, options.classes), table };
  }
  const method = calibrators.find((candidate) => candidate.name === name);
  if (!method) {
    const names = [...calibrators.map((candidate) => candidate.name), "auto"].join(", ");
    throw new LogitsError("bad-argument", `Cannot calibrate: method must be one of ${names}, got ${name}`);
  }
  return fitWith(method, batch, options.params, options.classes);
}

/** The same rows with calibrated f64 scores: softmax of a row is its calibrated probabilities. The input is not changed. */
export function applyCalibrator(
  batch: Batch,
  calibrator: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>,
): Batch {
  return applyWith(calibrators, batch, calibrator);
}

/**
 * The same, with the calibrator checked once for many batches. What it gives is good until it is called again: rows that are only looked at need no fresh
 * memory, which costs more than dividing.
 */
export function calibratorRunner(
  calibrator: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>,
  classes: number | readonly string[],
): (batch: Batch) => Batch {
  const { method, params } = readCalibrator(calibrator, calibrators, classes);
  const { apply, temperature: temperatureIn } = calibrators.find(({ name }) => name === method)!;
  if (!temperatureIn) return (batch) => apply(batch, params);
  const divisor = temperatureIn(params);
  let scaled = new Float64Array(0);
  return (given) => {
    const batch = toLogits(given);
    const from = batch.values;
    if (scaled.length !== from.length) scaled = new Float64Array(from.length);
    for (let i = 0; i < from.length; i++) scaled[i] = from[i]! / divisor;
    return { ...batch, kind: "logits", values: scaled };
  };
}

/** Winner, confidence, loss … of each row under calibrated scores; equal to `predictions(applyCalibrator(batch, calibrator))` up to rounding. */
export function calibratedPredictions(
  batch: Batch,
  calibrator: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>,
  arrays?: RowArrays,
): Predictions {
  return predictWith(calibrators, batch, calibrator, arrays);
}

/** The calibrator that a JSON document holds, checked before anything uses it. */
export function validateCalibrator(document: unknown, classes?: number | readonly string[]): Calibrator {
  return readCalibrator(document, calibrators, classes);
}

export type { Candidate, FitResult };
export { exchangeabilityWarning } from "./exchangeable.js";
export { temperature } from "./temperature.js";
export { fitTemperature, type SearchOptions, type TemperatureFit } from "./temperatureSearch.js";
