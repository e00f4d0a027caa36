import {
  type Batch,
  type CalibrationMethod,
  type Calibrator,
  checkParams,
  fittedOn,
  LogitsError,
  type Params,
  predictions,
} from "../core/index.js";
import { predictAfter } from "./document.js";

/** Fewer labelled rows than this and a fit is said to be uncertain. */
const fewRows = 1000;

export interface FitResult {
  calibrator: Calibrator;
  fit: { rows: number; nllBefore: number; nllAfter: number };
  warnings: string[];
}

/** Learns `method` from labelled rows. The calibrator is plain JSON; what was noticed on the way is in `warnings`. */
export function fitWith(method: CalibrationMethod, batch: Batch, given: Params = {}, classes?: string[]): FitResult {
  if (!batch.labels) {
    throw new LogitsError("no-labels", "Cannot calibrate: every row must have a label, got none", {
      hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
    });
  }
  if (batch.rows === 0) throw new LogitsError("bad-data", "Cannot calibrate: there must be at least 1 row, got 0");
  const params = checkParams(method, given);
  const before = predictions(batch);
  if (before.infinite > 0) {
    const row = before.nll!.indexOf(Infinity) + before.offset;
    throw new LogitsError(
      "infinite-loss",
      `Cannot calibrate: every true label must have a finite score, got -Infinity in ${before.infinite} rows (first: row ${row})`,
      {
        row,
        hint: "Drop those rows, or unmask their true class.",
      },
    );
  }
  const { params: learned, warnings } = method.fit(batch, params);
  const calibrator: Calibrator = { kind: "calibrator", version: 1, method: method.name, params: learned };
  if (classes) calibrator.classes = classes;
  calibrator.fittedOn = fittedOn(batch);
  const after = predictAfter(method, batch, learned);
  const all = [...warnings];
  if (batch.rows < fewRows)
    all.unshift(
      `Fitted on ${batch.rows} rows; with fewer than ${fewRows.toLocaleString("en")} the result is uncertain.`,
    );
  return {
    calibrator,
    fit: { rows: batch.rows, nllBefore: mean(before.nll!), nllAfter: mean(after.nll!) },
    warnings: all,
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
