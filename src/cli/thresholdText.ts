import type { Rate } from "../decide/index.js";
import type { ThresholdOptions, ThresholdResult } from "../plan/threshold.js";
import { alignColumns, number } from "./metricsTable.js";

const rates = ["alerts", "fpr", "precision", "recall", "asked", "missed"] as const;
const titles: Record<(typeof rates)[number], string> = {
  alerts: "alerts",
  fpr: "false-positive rate",
  precision: "precision",
  recall: "recall",
  asked: "asked",
  missed: "missed",
};

/** What was found, as a person reads it. */
export function thresholdText(result: ThresholdResult, options: ThresholdOptions): string {
  const { rows, positives, negatives, warnings } = result;
  const selective = options.maxRisk !== undefined;
  const count = (n: number): string => n.toLocaleString("en");
  const lines = [
    selective
      ? `${count(rows)} rows: ${count(positives)} right, ${count(negatives)} wrong`
      : `${count(rows)} rows: ${count(positives)} positive, ${count(negatives)} negative`,
  ];
  if (!result.met) {
    lines.push(`Not promised: ${result.reason}`);
    return `${lines.join("\n")}\n`;
  }
  lines.push(...thresholdLines(result), ...guaranteeLines(result), "", rateTable(result, options), ...warnings);
  return `${lines.join("\n")}\n`;
}

function thresholdLines({ at, logit, low }: ThresholdResult): string[] {
  const one = (p: number, odds: number): string => `P ≥ ${probability(p)}, which is a logit of ${number(odds)}`;
  if (!low) return [`Threshold: ${one(at!, logit!)}`];
  return [`Upper threshold: ${one(at!, logit!)}`, `Lower threshold: ${one(low.at, low.logit)}`];
}

/** Digits enough to see how far it is from 0 and 1. */
function probability(p: number): string {
  const missing = 1 - p;
  if (missing <= 0) return "1 (to 16 digits)";
  return missing < 0.01 ? p.toFixed(Math.min(15, 2 - Math.floor(Math.log10(missing)))) : number(p);
}

const promises: Record<string, string> = {
  fpr: "false-positive rate",
  precision: "precision",
  recall: "recall",
  risk: "risk among the accepted",
  alerts: "share of alerts",
};

function guaranteeLines({ guarantee, further = [] }: ThresholdResult): string[] {
  if (!guarantee) return ["Promise: none"];
  return [guarantee, ...further].map(
    ({ rate, side, bound, confidence, by, n, count, needed, prior }) =>
      `Promise: ${promises[rate]} ${side} ${bound} with confidence ${confidence}${prior === undefined ? "" : ` at a prior of ${prior}`}` +
      ` (${by}; ${count.toLocaleString("en")} of ${n.toLocaleString("en")}, needs ${needed.toLocaleString("en")})`,
  );
}

function rateTable(result: ThresholdResult, { at }: ThresholdOptions): string {
  const { heldOut, uncalibrated } = result;
  const held = heldOut && !("refused" in heldOut) ? heldOut : undefined;
  const cell = (rate: Rate | undefined): string =>
    rate === undefined || Number.isNaN(rate.value)
      ? "–"
      : `${number(rate.value)} [${number(rate.ci[0])}, ${number(rate.ci[1])}]`;
  const columns: [string, (name: (typeof rates)[number]) => string][] = [
    [
      at === undefined ? "on these rows (optimistic)" : uncalibrated ? "calibrated" : "on these rows",
      (name) => cell(result[name]),
    ],
  ];
  if (uncalibrated) columns.unshift(["before calibration", (name) => cell(uncalibrated[name])]);
  if (held)
    columns.push([held.source === "file" ? "on the --eval rows" : "held out (5-fold)", (name) => cell(held[name])]);
  const shown = rates.filter((name) => result[name] !== undefined);
  const table = alignColumns([
    ["rate", ...columns.map(([title]) => title)],
    ...shown.map((name) => [titles[name], ...columns.map(([, of]) => of(name))]),
  ]);
  const note =
    heldOut && "refused" in heldOut
      ? [`(no held-out figures: ${heldOut.refused} of 5 folds have too few rows for the promise)`]
      : [];
  return [table, ...note].join("\n");
}
