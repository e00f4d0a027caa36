import {
  applyCalibrator,
  calibratedPredictions,
  type Candidate,
  exchangeabilityWarning,
  type FitResult,
  fitCalibrator,
  validateCalibrator,
} from "../calibrate/index.js";
import {
  type Batch,
  type CalibrationMethod,
  type Calibrator,
  type Measured,
  type Params,
  predictions,
  shuffled,
  type Source,
  takeRows,
} from "../core/index.js";
import { collect, sourceOf } from "./collect.js";
import { createMeasurement, evaluate, type EvaluateOptions } from "./evaluate.js";
import { type Plan, planSource, stepOf } from "./plan.js";
import { type Methods, methods } from "./methods.js";

export interface CalibrateOptions extends Omit<EvaluateOptions, "calibrator"> {
  /** Name of a method; default "temperature". */
  method?: string;
  methodParams?: Params;
  /** Rows on which before and after are measured; without them a seeded 5-fold estimate. */
  evalSource?: Source;
}

export interface Calibration {
  method: string;
  params: Calibrator["params"];
  fit: FitResult["fit"];
  eval: {
    source: "file" | "cv5";
    before: { metrics: Record<string, Measured> };
    after: { metrics: Record<string, Measured> };
  };
  /** Evaluated rows whose winner changed. */
  flips: number;
  /** Evaluated rows where the calibrator gave the true label 0. */
  floored: number;
  warnings: string[];
  /** What "auto" compared: cross-validated NLL and its standard error. */
  comparison?: Candidate[];
  /** The document to save; always fitted on all rows. */
  calibrator: Calibrator;
  /** What made this result: the method that was fitted, then the metrics. */
  plan: Plan;
}

const folds = 5;

/** Fits on all rows of `source` and shows what that changes, on other rows or by cross-validation. */
export async function calibrateSource(source: Source, options: CalibrateOptions = {}): Promise<Calibration> {
  const { method = "temperature", methodParams = {}, evalSource, ...measuring } = options;
  const batch = await collect(source);
  const seed = measuring.seed ?? 0;
  const fit = (rows: Batch, name: string): ReturnType<typeof fitCalibrator> =>
    fitCalibrator(rows, { method: name, params: methodParams, classes: source.classes, seed });
  const { calibrator, fit: fitted, warnings, table } = fit(batch, method);

  if (evalSource) validateCalibrator(calibrator, evalSource.classes);
  const evalRows = evalSource ? await collect(evalSource) : batch;
  const differ = evalSource && exchangeabilityWarning(batch, evalRows);
  if (differ) warnings.push(differ);
  const before = await evaluate(sourceOf(evalRows, source.classes), { perClass: false, perSlice: false, ...measuring });
  const rows = evalSource
    ? calibratedPredictions(evalRows, calibrator)
    : predictions(crossCalibrated(batch, shuffledFolds(batch.rows, seed), (some) => fit(some, calibrator.method)));
  const { engine: _, registry = methods, plan: __, ...wanted } = measuring;
  const after = createMeasurement(
    { options: { perClass: false, perSlice: false, ...wanted, classes: source.classes.length } },
    registry,
  );
  after.add(rows);
  const result = after.finish();
  calibrator.metrics = Object.fromEntries(Object.entries(result.metrics).map(([name, { value }]) => [name, value]));
  return {
    method: calibrator.method,
    params: calibrator.params,
    fit: fitted,
    eval: {
      source: evalSource ? "file" : "cv5",
      before: { metrics: before.metrics },
      after: { metrics: result.metrics },
    },
    flips: countFlips(predictions(evalRows).predicted, rows.predicted),
    floored: result.floored,
    warnings,
    calibrator,
    plan: {
      ...before.plan,
      source: planSource(source),
      steps: [stepOf(methodOf(calibrator, registry), methodParams), ...before.plan.steps],
    },
    ...(table ? { comparison: table } : {}),
  };
}

const methodOf = ({ method }: Calibrator, { calibrators }: Methods): CalibrationMethod =>
  calibrators.find(({ name }) => name === method)!;

/** Which rows are held out together: that depends on the seed and their index alone. */
function shuffledFolds(rows: number, seed: number): Uint32Array[] {
  const order = shuffled(rows, seed, "folds");
  const used = Math.min(folds, rows);
  return Array.from({ length: used }, (_, fold) => order.filter((__, i) => i % used === fold));
}

/** Every row calibrated by a fit that has not seen it. */
export function crossCalibrated(
  batch: Batch,
  heldOut: readonly Uint32Array[],
  fit: (rows: Batch) => Pick<FitResult, "calibrator">,
): Batch {
  const { classes } = batch;
  const whole: Batch = { ...batch, kind: "logits", values: new Float64Array(batch.rows * classes) };
  for (const held of heldOut) {
    const seen = new Uint8Array(batch.rows).fill(1);
    for (const row of held) seen[row] = 0;
    const rest = Uint32Array.from({ length: batch.rows }, (_, row) => row).filter((row) => seen[row] === 1);
    const { calibrator } = fit(takeRows(batch, rest.length > 0 ? rest : held));
    const part = applyCalibrator(takeRows(batch, held), calibrator);
    if (part.floor !== undefined) whole.floor = part.floor;
    for (let i = 0; i < held.length; i++)
      whole.values.set(part.values.subarray(i * classes, (i + 1) * classes), held[i]! * classes);
  }
  return whole;
}

function countFlips(before: Int32Array, after: Int32Array): number {
  let flips = 0;
  for (let row = 0; row < before.length; row++) if (before[row] !== after[row]) flips++;
  return flips;
}
