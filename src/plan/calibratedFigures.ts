import { fitCalibrator } from "../calibrate/index.js";
import { type Batch, LogitsError } from "../core/index.js";
import { crossCalibrated } from "./calibrate.js";
import type { ThresholdResult } from "./thresholdOptions.js";

type Figures = Omit<NonNullable<ThresholdResult["calibrated"]>, "source" | "method" | "temperature">;

/**
 * What the plain rule does once the scores are calibrated, where no calibrator was given: by a temperature, each row's fitted on the rows of the other folds.
 * Nothing where no temperature can be had, as with a masked true label.
 *
 * @param figures of rows that are calibrated
 */
export function calibratedFigures(
  rows: Batch,
  seed: number,
  figures: (calibrated: Batch) => Figures,
): Pick<ThresholdResult, "calibrated"> {
  const fit = (some: Batch): ReturnType<typeof fitCalibrator> => fitCalibrator(some);
  try {
    const temperature = fit(rows).calibrator.params["temperature"] as number;
    return {
      calibrated: { source: "cv5", method: "temperature", temperature, ...figures(crossCalibrated(rows, seed, fit)) },
    };
  } catch (error) {
    if (LogitsError.isInstance(error)) return {};
    throw error;
  }
}
