import { applyCalibrator } from "../calibrate/index.js";
import { type Batch, type Calibrator, type Measured, predictions, type Source } from "../core/index.js";
import { curvesOf } from "../report/curves.js";
import type { ReportData, ReportState } from "../report/data.js";
import { formatPercent, triage } from "../triage/index.js";
import { collect, sourceOf } from "./collect.js";
import { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.js";

const titles = {
  confidentlyWrong: "Confidently wrong",
  mislabelled: "Probably mislabelled",
  torn: "Torn",
  unusual: "Unusual",
} as const;
const mostCells = 30;

/** Everything a report shows of a labelled source, before and after a calibrator. */
export async function reportData(source: Source, title: string, options: EvaluateOptions = {}): Promise<ReportData> {
  const { calibrator, ...measuring } = options;
  const raw = await collect(source);
  const calibrated = calibrator ? applyCalibrator(raw, calibrator) : raw;
  const before = await stateOf(raw, source.classes, "as given", measuring);
  const states = [before.state];
  let last = before.evaluation;
  if (calibrator) {
    const after = await stateOf(calibrated, source.classes, `after ${calibrator.method}`, measuring);
    states.push(after.state);
    last = after.evaluation;
  }
  const found = triage(calibrated, raw, { classes: source.classes, top: 8 });
  const data: ReportData = {
    title,
    summary: summaryOf(states, calibrator),
    facts: [
      ["rows", raw.rows.toLocaleString("en")],
      ["classes", raw.classes.toLocaleString("en")],
      ["read as", source.capture.kind],
      ...(calibrator?.params["temperature"] === undefined
        ? []
        : [
            ["temperature", String(Number(Number(calibrator.params["temperature"]).toPrecision(5)))] as [
              string,
              string,
            ],
          ]),
    ],
    states,
    confusions: confusionsOf(last, source.classes),
    triage: (["confidentlyWrong", "mislabelled", "torn", "unusual"] as const)
      .filter((verdict) => found.counts[verdict] > 0)
      .map((verdict) => ({
        verdict: titles[verdict],
        count: found.counts[verdict],
        items: found.items
          .filter((item) => item.verdict === verdict)
          .map(({ id, label, predicted, p, text }) => ({
            id,
            predicted,
            p: formatPercent(p),
            text,
            ...(label === undefined ? {} : { label }),
          })),
      })),
    notes: last.notes,
  };
  if (last.confusion && raw.classes <= mostCells) data.confusion = { classes: source.classes, counts: last.confusion };
  return data;
}

async function stateOf(
  batch: Batch,
  classes: string[],
  title: string,
  measuring: EvaluateOptions,
): Promise<{ state: ReportState; evaluation: Evaluation }> {
  const evaluation = await evaluate(sourceOf(batch, classes), { ...measuring, perClass: false, perSlice: false });
  return {
    state: { title, metrics: evaluation.metrics, curves: curvesOf(predictions(batch), measuring.seed) },
    evaluation,
  };
}

function summaryOf(states: ReportState[], calibrator: Pick<Calibrator, "method"> | undefined): string {
  const percent = (measured: Measured | undefined): string => `${(100 * (measured?.value ?? NaN)).toFixed(1)} %`;
  const [first, second] = states;
  const { accuracy, meanConfidence } = first!.metrics;
  const gap = (meanConfidence?.value ?? NaN) - (accuracy?.value ?? NaN);
  const verdict = Math.abs(gap) < 0.005 ? "honest on average" : gap > 0 ? "overconfident" : "underconfident";
  const start = `Right ${percent(accuracy)} of the time, says ${percent(meanConfidence)}: ${verdict}.`;
  if (!second || !calibrator) return start;
  return `${start} After ${calibrator.method} it says ${percent(second.metrics["meanConfidence"])} and is right ${percent(second.metrics["accuracy"])}.`;
}

function confusionsOf({ confusion }: Evaluation, classes: string[]): ReportData["confusions"] {
  const pairs = (confusion ?? []).flatMap((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((rows, j) => ({
      label: classes[i]!,
      predicted: classes[j]!,
      rows,
      share: rows / total,
      off: i !== j,
    }));
  });
  return pairs
    .filter(({ off, rows }) => off && rows > 0)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, 12)
    .map(({ label, predicted, rows, share }) => ({ label, predicted, rows, share }));
}
