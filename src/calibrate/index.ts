import type { Batch, CalibrationMethod, Calibrator, Params } from "../core/index.js";
import { LogitsError } from "../core/index.js";
import { applyWith, readCalibrator } from "./document.js";
import { type FitResult, fitWith } from "./fit.js";
import { temperature } from "./temperature.js";

/** Every calibration method, simplest first. One line a method. */
export const calibrators: readonly CalibrationMethod[] = [temperature];

export interface FitOptions {
  /** Name of the method; default "temperature". */
  method?: string;
  params?: Params;
  classes?: string[];
}

/** Learns a calibrator from labelled rows. See the methods for their formulas. */
export function fitCalibrator(batch: Batch, options: FitOptions = {}): FitResult {
  const name = options.method ?? "temperature";
  const method = calibrators.find((candidate) => candidate.name === name);
  if (!method) {
    const names = calibrators.map((candidate) => candidate.name).join(", ");
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

/** The calibrator that a JSON document holds, checked before anything uses it. */
export function validateCalibrator(document: unknown, classes?: number): Calibrator {
  return readCalibrator(document, calibrators, classes);
}

export type { FitResult };
export { fitTemperature, type TemperatureFit, temperature } from "./temperature.js";
