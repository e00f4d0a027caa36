import { applyCalibrator } from "../../calibrate/index.js";
import { type Triage, type TriageOptions, triageSource, verdicts } from "../../triage/index.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const source = await openInput(invocation, terminal);
  const calibrator = await readCalibratorFile(invocation, source.classes);
  const options: TriageOptions = { classes: source.classes };
  const names = ["top", ...verdicts.flatMap(({ params }) => params.map(({ name }) => name))];
  for (const name of names) if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  const found = await triageSource(source, calibrator && ((batch) => applyCalibrator(batch, calibrator)), options);
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), found.items.map((item) => `${toJson(item, 0)}\n`).join(""));
    terminal.err(`Wrote ${found.items.length} rows to ${flags["output"]}\n`);
  }
  terminal.out(
    flags["json"] ? `${toJson(found)}\n` : triageText(found, calibrator !== undefined, source.labels !== undefined),
  );
  return DONE;
}

function triageText({ rows, counts, items }: Triage, calibrated: boolean, labelled: boolean): string {
  const lines = [`${rows.toLocaleString("en")} rows${labelled ? `, ${counts.errors.toLocaleString("en")} wrong` : ""}`];
  if (!calibrated) lines.push("(uncalibrated: --calibrator C.json makes these probabilities mean what they say)");
  for (const { name: verdict, title } of verdicts) {
    const count = counts[verdict as keyof Triage["counts"]];
    if (count === 0) continue;
    const wrong = verdict === "torn" && labelled ? `, ${counts.tornErrors.toLocaleString("en")} of them wrong` : "";
    lines.push("", `${title}: ${count.toLocaleString("en")}${wrong}`);
    for (const item of items) {
      if (item.verdict === verdict)
        lines.push(`  ${item.id}: ${item.verdict === "unusual" ? `${item.predicted}; ` : ""}${item.text}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
