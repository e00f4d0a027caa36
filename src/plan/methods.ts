import { calibrators } from "../calibrate/index.js";
import type { CalibrationMethod, Metric } from "../core/index.js";
import { metrics } from "../measure/index.js";
import { type TriageMethod, verdicts } from "../triage/index.js";

/** The part of a registry that measuring and calibrating need. */
export interface Methods {
  metrics: readonly Metric[];
  calibrators: readonly CalibrationMethod[];
  verdicts: readonly TriageMethod[];
}

/** The built-in ones. Whoever needs no others starts without samplers, detectors, decisions and sets, which are half of all files. */
export const methods: Methods = { metrics, calibrators, verdicts };
