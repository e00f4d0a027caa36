import { fitCalibrator } from "../calibrate/index.js";
import { type Batch, LogitsError, takeRows } from "../core/index.js";
import { crossCalibrated } from "./calibrate.js";
import type { ThresholdResult } from "./thresholdOptions.js";

type Figures = Omit<NonNullable<ThresholdResult["calibrated"]>, "source" | "method" | "temperature">;

/** Rows that a fold's temperature is fitted on at most: it is one number, and more of them change its third digit. */
const enough = 50_000;

/**
 * What the plain rule does once the scores are calibrated, where no calibrator was given: by a temperature, each row's fitted on the rows of the other pieces.
 * Nothing where no temperature can be had, as with a masked true label.
 *
 * @param piece which piece each row is in, as `dealt` deals them
 * @param figures of rows that are calibrated
 */
export function calibratedFigures(
  rows: Batch,
  piece: Uint8Array,
  figures: (calibrated: Batch) => Figures,
): Pick<ThresholdResult, "calibrated"> {
  const all = Uint32Array.from({ length: rows.rows }, (_, row) => row);
  const heldOut = [...new Set(piece)].map((one) => all.filter((row) => piece[row] === one));
  const some = (batch: Batch): Batch => {
    const step = Math.ceil(batch.rows / enough);
    return step < 2
      ? batch
      : takeRows(
          batch,
          Uint32Array.from({ length: Math.floor(batch.rows / step) }, (_, i) => i * step),
        );
  };
  try {
    const temperature = fitCalibrator(rows).calibrator.params["temperature"] as number;
    const calibrated = crossCalibrated(rows, heldOut, (rest) => fitCalibrator(some(rest)));
    return { calibrated: { source: "cv5", method: "temperature", temperature, ...figures(calibrated) } };
  } catch (error) {
    if (LogitsError.isInstance(error)) return {};
    throw error;
  }
}
