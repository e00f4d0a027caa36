import { fileURLToPath } from "node:url";
import { applyCalibrator } from "../../calibrate/index.js";
import { type Calibrator, type Measured, type Source } from "../../core/index.js";
import { fileBytes } from "../../formats/file.js";
import { openSource } from "../../formats/index.js";
import { calibrateSource, type Calibration } from "../../plan/calibrate.js";
import { collect, sourceOf } from "../../plan/collect.js";
import { evaluate } from "../../plan/evaluate.js";
import { triage } from "../../triage/index.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { writingStory } from "../demoWriting.js";
import { toJson } from "../json.js";
import { alignColumns, number } from "../metricsTable.js";

const builtIn = async (name: string): Promise<Source> =>
  openSource(await fileBytes(fileURLToPath(new URL(`../../../data/${name}.npz`, import.meta.url))));

const shown = ["accuracy", "meanConfidence", "nll", "brier", "ece", "aurc"];

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const spam = await spamStory();
  const languages = await languageStory();
  const writing = await writingStory();
  if (invocation.flags["json"]) {
    terminal.out(`${toJson({ spam: spam.document, languages: languages.document, writing: writing.document })}\n`);
    return DONE;
  }
  terminal.out(`${[...spam.lines, "", ...languages.lines, "", ...writing.lines, "", ...next].join("\n")}\n`);
  return DONE;
}

const next = [
  "Now yours:",
  "  logits evaluate FILE                        how right, how honest, with intervals",
  "  logits calibrate FILE --eval FILE2 -o C.json",
  "  logits triage FILE --calibrator C.json      the rows that deserve a person's eye",
  "  logits generate --model M --prompt TEXT     a text, and why every token lived or died",
];

interface Story {
  lines: string[];
  document: object;
}

/** Overconfident on new mail, repaired by one number, and the repair wears off as the mail changes. */
async function spamStory(): Promise<Story> {
  const calibration = await calibrateSource(await builtIn("spam.val"), {
    evalSource: await builtIn("spam.test"),
    metrics: shown,
  });
  const { before, after } = calibration.eval;
  const test = await collect(await builtIn("spam.test"));
  const months = await byMonth(test, calibration.calibrator);
  const lines = [
    "1. A spam filter meets next season's mail: 2,501 real mails, later than any it was trained on.",
    "",
    `   It is right ${percent(before.metrics["accuracy"]!)} of the time and says ${percent(before.metrics["meanConfidence"]!)}: overconfident.`,
    `   Calibrated on last month's mail (temperature ${number(calibration.params["temperature"] as number)}), it says ${percent(after.metrics["meanConfidence"]!)}.`,
    "",
    ...beforeAfter(calibration).map((line) => `   ${line}`),
    "",
    "   But mail drifts. Calibration error by month, after the repair:",
    ...months.map(
      ([month, rows, error]) =>
        `     ${month}  ${"▇".repeat(Math.max(1, Math.round(200 * error)))} ${number(error)}  (${rows} mails)`,
    ),
    "   A calibration is worth what its data are worth: measure again, on new mail.",
  ];
  return { lines, document: { calibration: { ...calibration, calibrator: undefined }, months } };
}

async function byMonth(
  test: Awaited<ReturnType<typeof collect>>,
  calibrator: Calibrator,
): Promise<[string, number, number][]> {
  const evaluation = await evaluate(sourceOf(test), { calibrator, metrics: ["ece"], replicates: 0 });
  return Object.entries(evaluation.perSlice?.["month"] ?? {}).map(([month, values]) => [
    month,
    values["rows"]!,
    values["ece"]!,
  ]);
}

/** A detector of 50 languages: which texts deserve a person's eye. */
async function languageStory(): Promise<Story> {
  const source = await builtIn("languages.test");
  const calibration = await calibrateSource(await builtIn("languages.val"), {
    evalSource: source,
    metrics: shown,
    replicates: 0,
  });
  const raw = await collect(source);
  const found = triage(applyCalibrator(raw, calibration.calibrator), raw, { classes: source.classes, top: 1 });
  const { counts } = found;
  const pick = (verdict: string): string[] =>
    found.items
      .filter((item) => item.verdict === verdict)
      .map((item) => `     “${item.id.slice(0, 60)}”\n       ${item.text}`);
  return {
    lines: [
      `2. Which language is this? 50 classes, ${raw.rows.toLocaleString("en")} sentences, ${counts.errors} wrong. The rows that deserve a person's eye:`,
      "",
      `   torn between two (${counts.torn}, ${counts.tornErrors} of them wrong)`,
      ...pick("torn"),
      `   confidently wrong (${counts.confidentlyWrong})`,
      ...pick("confidentlyWrong"),
      `   probably mislabelled (${counts.mislabelled})`,
      ...pick("mislabelled"),
    ],
    document: { rows: raw.rows, counts, items: found.items },
  };
}

const percent = ({ value }: Measured): string => `${(100 * value).toFixed(1)} %`;

function beforeAfter({ eval: { before, after } }: Calibration): string[] {
  const rows = Object.entries(after.metrics)
    .filter(([name]) => name !== "meanConfidence")
    .map(([name, { value, ci }]) => [
      name,
      number(before.metrics[name]!.value),
      number(value),
      ci ? `${number(ci[0])} – ${number(ci[1])}` : "",
    ]);
  return alignColumns([["", "before", "after", "95 % interval after"], ...rows]).split("\n");
}
