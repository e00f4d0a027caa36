import { calibratedPredictions } from "../calibrate/index.js";
import { type Batch, type Predictions, predictions } from "../core/index.js";
import { type Calibration, calibrateSource } from "../plan/calibrate.js";
import { sourceOf } from "../plan/collect.js";
import { formatPercent } from "../triage/index.js";
import { counted } from "./counted.js";
import { number } from "./metricsTable.js";

/** From here on a probability is taken for a promise. */
const SURE = 0.95;

/** Rows whose winner has a probability of at least `from`, and how often it is right there: null where there are none. */
export interface Sure {
  from: number;
  rows: number;
  share: number;
  accuracy: number | null;
}

/** How good the logits of test examples are, before and after a temperature that was fitted on the validation examples. */
export interface Judged {
  calibration: Calibration;
  accuracy: number;
  before: { ece: number; nll: number; sure: Sure };
  after: { ece: number; nll: number; sure: Sure };
}

export async function judge(validation: Batch, test: Batch, classes: readonly string[], seed: number): Promise<Judged> {
  const names = [...classes];
  const calibration = await calibrateSource(sourceOf(validation, names), {
    evalSource: sourceOf(test, names),
    metrics: ["accuracy", "nll", "ece"],
    seed,
  });
  const { before, after } = calibration.eval;
  const numbers = ({ metrics }: typeof before, rows: Predictions): Judged["before"] => ({
    ece: metrics["ece"]!.value,
    nll: metrics["nll"]!.value,
    sure: sureOf(rows),
  });
  return {
    calibration,
    accuracy: before.metrics["accuracy"]!.value,
    before: numbers(before, predictions(test)),
    after: numbers(after, calibratedPredictions(test, calibration.calibrator)),
  };
}

function sureOf({ rows, confidence, correct }: Predictions): Sure {
  let [sure, right] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (confidence[row]! < SURE) continue;
    sure++;
    right += correct![row]!;
  }
  return { from: SURE, rows: sure, share: sure / rows, accuracy: sure > 0 ? right / sure : null };
}

/** The same in words. */
export function judgedText({ calibration, accuracy, before, after }: Judged, rows: number): string {
  const { params, flips, warnings } = calibration;
  const kept = flips === 0 ? "every winner kept" : `${counted(flips, "winner")} changed`;
  const sure = ({ rows: count, accuracy: right }: Sure): string =>
    right === null ? "none" : `${count.toLocaleString("en")}, right ${formatPercent(right)}`;
  return [
    `On ${counted(rows, "test example")}, right ${formatPercent(accuracy)}:`,
    `  ECE       ${number(before.ece)} → ${number(after.ece)} after temperature ${number(Number(params["temperature"]))} (${kept})`,
    `  NLL       ${number(before.nll)} → ${number(after.nll)}`,
    `  P ≥ ${SURE}  ${sure(before.sure)} → ${sure(after.sure)}`,
    ...warnings.map((warning) => `warning: ${warning}`),
  ].join("\n");
}
