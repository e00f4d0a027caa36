import { basename } from "node:path";
import { reportData } from "../../plan/report.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { writeWhole } from "../write.js";
import { measureOptions } from "./evaluate.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags, args } = invocation;
  const source = await openInput(invocation, terminal);
  const options = measureOptions(invocation);
  const calibrator = await readCalibratorFile(invocation, source.classes);
  if (calibrator) options.calibrator = calibrator;
  const data = await reportData(
    source,
    args.map((arg) => (arg === "-" ? "standard input" : basename(arg))).join(", "),
    options,
  );
  const output = flags["output"] === undefined ? "report.html" : String(flags["output"]);
  const { reportHtml } = await import("../../report/html.js");
  await writeWhole(output, reportHtml(data));
  terminal.out(flags["json"] ? `${toJson({ output, summary: data.summary })}\n` : `${data.summary}\nWrote ${output}\n`);
  return DONE;
}
