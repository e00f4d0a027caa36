import type { Batch, CalibrationMethod, Calibrator } from "../core/index.js";
import { LogitsError, type NllSums, toLogits } from "../core/index.js";
import { fitTemperature, type TemperatureFit } from "./temperatureSearch.js";
import { sumsOf, temperatureSums, typicalBeta } from "./temperatureSums.js";

/**
 * Temperature scaling: softmax(z/T), one number for all classes and rows. The winner of every row stays.
 *
 * Guo et al., ICML 2017, §4.2.
 *
 * @example
 *     fitCalibrator(batch, { method: "temperature" }).calibrator.params.temperature  // 2.395 for an overconfident ResNet-110
 */
export const temperature: CalibrationMethod = {
  name: "temperature",
  family: "calibrator",
  help: "Divide all logits by one number T",
  params: [],
  source: "Guo et al., ICML 2017, §4.2",
  keepsWinner: true,
  complexity: 1,
  fit(given) {
    const fit = fitRows(toLogits(given));
    return { params: { temperature: fit.temperature }, warnings: boundWarnings(fit) };
  },
  apply(given, params) {
    const batch = toLogits(given);
    const divisor = params["temperature"] as number;
    const values = new Float64Array(batch.values.length);
    for (let i = 0; i < values.length; i++) values[i] = batch.values[i]! / divisor;
    return { ...batch, kind: "logits", values };
  },
  temperature: (params) => params["temperature"] as number,
  validate: checkTemperature,
};

/** Of how many blocks of rows one is taken; no powers of two, which rows that come in turns might follow too. */
const strides = [511, 63, 7];
/** Fewer rows than this say little, and cost little when all are taken. */
const fewest = 512;

/**
 * The search looks at all rows once or twice, because samples have told it where to begin. They decide nothing but that: the bracket, the stop
 * and the bounds are those of all rows.
 */
function fitRows(batch: Batch): TemperatureFit {
  const { rows } = batch;
  const all = (beta: number): NllSums => temperatureSums(batch, beta);
  let start = typicalBeta(batch);
  for (const every of strides.filter((step) => rows >= fewest * step)) {
    // No better than the sample knows T.
    const precision = 0.1 / Math.sqrt(rows / every);
    const fit = fitTemperature((beta) => sumsOf(batch, beta, every), start, { precision });
    // What is wrong with rows is said of all of them, and so are bounds.
    if (fit.bound || Number.isNaN(fit.temperature)) break;
    start = 1 / fit.temperature;
  }
  return fitTemperature(all, start, { precision: 1e-8 });
}

function boundWarnings(fit: TemperatureFit): string[] {
  if (fit.bound === "hot") {
    return [
      `The scores say no more about the labels than chance: the best temperature is infinite; ${fit.temperature.toPrecision(3)} stands for it.`,
    ];
  }
  if (fit.bound === "flat") return ["Every row is constant: every temperature is as good; 1 stands for it."];
  if (fit.bound === "cold") {
    return [
      `Every label is its row's largest score: the best temperature is 0; ${fit.temperature.toPrecision(3)} stands for it.`,
    ];
  }
  return [];
}

function checkTemperature(params: Calibrator["params"]): void {
  const value = params["temperature"];
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use this calibrator: params.temperature must be a number > 0, got ${JSON.stringify(value)}`,
  );
}
