import { applyCalibrator } from "../../calibrate/index.js";
import { collect } from "../../plan/collect.js";
import { type Triage, triage, type TriageOptions } from "../../triage/index.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const source = await openInput(invocation, terminal);
  const calibrator = await readCalibratorFile(invocation, source.classes.length);
  const raw = await collect(source);
  const options: TriageOptions = { classes: source.classes };
  for (const name of ["top", "torn", "wrong"] as const)
    if (flags[name] !== undefined) options[name] = flags[name] as number;
  const found = triage(calibrator ? applyCalibrator(raw, calibrator) : raw, raw, options);
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), found.items.map((item) => `${toJson(item, 0)}\n`).join(""));
    terminal.err(`Wrote ${found.items.length} rows to ${flags["output"]}\n`);
  }
  terminal.out(
    flags["json"] ? `${toJson(found)}\n` : triageText(found, calibrator !== undefined, raw.labels !== undefined),
  );
  return DONE;
}

const titles = {
  confidentlyWrong: "Confidently wrong",
  mislabelled: "Probably mislabelled",
  torn: "Torn",
  unusual: "Unusual",
};

function triageText({ rows, counts, items }: Triage, calibrated: boolean, labelled: boolean): string {
  const lines = [`${rows.toLocaleString("en")} rows${labelled ? `, ${counts.errors.toLocaleString("en")} wrong` : ""}`];
  if (!calibrated) lines.push("(uncalibrated: --calibrator C.json makes these probabilities mean what they say)");
  for (const verdict of ["confidentlyWrong", "mislabelled", "torn", "unusual"] as const) {
    const count = counts[verdict];
    if (count === 0) continue;
    const wrong = verdict === "torn" && labelled ? `, ${counts.tornErrors.toLocaleString("en")} of them wrong` : "";
    lines.push("", `${titles[verdict]}: ${count.toLocaleString("en")}${wrong}`);
    for (const item of items) {
      if (item.verdict === verdict)
        lines.push(`  ${item.id}: ${item.verdict === "unusual" ? `${item.predicted}; ` : ""}${item.text}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
