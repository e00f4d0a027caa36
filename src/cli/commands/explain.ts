import { applyCalibrator } from "../../calibrate/index.js";
import { type Calibrator, toLogits } from "../../core/index.js";
import { explainCard, explainRow, type ExplainOptions } from "../../triage/index.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { toJson } from "../json.js";
import { inputRow } from "../inputRow.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const { row, classes, label } = await inputRow("explain", invocation, terminal);
  if (flags["calibrator"] !== undefined && flags["temperature"] !== undefined) {
    throw new UsageError("--calibrator and --temperature both say how to calibrate: give one");
  }
  const calibrator: Calibrator | undefined =
    flags["temperature"] === undefined
      ? await readCalibratorFile(invocation, classes ?? row.classes)
      : {
          kind: "calibrator",
          version: 1,
          method: "temperature",
          params: { temperature: flags["temperature"] as number },
        };
  const names = classes ?? calibrator?.classes;
  const options: ExplainOptions = {};
  if (names) options.classes = names;
  if (calibrator) options.scaled = applyCalibrator(row, calibrator).values;
  const truth = flags["label"] === undefined ? label : classIndex(String(flags["label"]), names, row.classes);
  if (truth !== undefined) options.label = truth;
  const explanation = explainRow(toLogits(row).values, options);
  terminal.out(
    flags["json"]
      ? `${toJson(explanation)}\n`
      : `${explainCard(explanation, { width: Math.min(terminal.columns, 100) })}\n`,
  );
  return DONE;
}

function classIndex(name: string, names: string[] | undefined, classes: number): number {
  const index = names ? names.indexOf(name) : Number(name);
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  throw new UsageError(
    `--label: it must be one of the classes (${names?.slice(0, 8).join(", ") ?? `0 … ${classes - 1}`}), got ${name}`,
  );
}
