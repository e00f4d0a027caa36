import type { Params } from "../../core/index.js";
import { type CompatName, compats } from "../../measure/index.js";
import { type Calibration, calibrateSource, type CalibrateOptions } from "../../plan/calibrate.js";
import { methods } from "../../plan/methods.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { engineFor } from "../engine.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { alignColumns, metricsTable, number } from "../metricsTable.js";
import { writeWhole } from "../write.js";
import { measureOptions } from "./evaluate.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const source = await openInput(invocation, terminal);
  const options: CalibrateOptions = measureOptions(invocation);
  options.engine = await engineFor(invocation, source);
  if (flags["method"] !== undefined) options.method = String(flags["method"]);
  options.methodParams = methodParams(options.method ?? "temperature", flags);
  if (flags["eval"] !== undefined) options.evalSource = await openInput(invocation, terminal, [String(flags["eval"])]);
  const calibration = await calibrateSource(source, options);
  const { calibrator, ...document } = calibration;
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), `${toJson(calibrator)}\n`);
    terminal.err(`Wrote ${flags["output"]}\n`);
  }
  terminal.out(flags["json"] ? `${toJson(document)}\n` : calibrationText(calibration));
  return DONE;
}

/** Of the flags given, those that are parameters of the method. */
function methodParams(method: string, flags: Invocation["flags"]): Params {
  const params: Params = {
    ...(flags["compat"] === undefined ? {} : compats[flags["compat"] as CompatName].calibrators[method]),
  };
  const known = methods.calibrators.find(({ name }) => name === method);
  for (const { name } of known?.params ?? []) if (flags[name] !== undefined) params[name] = flags[name]!;
  return params;
}

function calibrationText(calibration: Calibration): string {
  const { before, after, source } = calibration.eval;
  const learned = Object.entries(calibration.params)
    .filter(([, value]) => !Array.isArray(value))
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(6)) : value}`)
    .join(", ");
  const flips =
    calibration.flips === 0 ? "every winner kept" : `${calibration.flips.toLocaleString("en")} winners changed`;
  const compared = (calibration.comparison ?? []).map(({ method, nll, se }) => [
    method,
    number(nll),
    `± ${number(se)}`,
  ]);
  return [
    ...(compared.length > 0
      ? [
          alignColumns([["method", "NLL, 5-fold", "standard error"], ...compared]),
          "",
          "The simplest within one standard error of the best:",
        ]
      : []),
    `${calibration.method}${learned ? `: ${learned}` : ""}`,
    `fitted on ${calibration.fit.rows.toLocaleString("en")} rows: NLL ${number(calibration.fit.nllBefore)} → ${number(calibration.fit.nllAfter)}`,
    "",
    source === "file" ? `On the evaluation file (${flips}):` : `Estimated by 5-fold cross-validation (${flips}):`,
    metricsTable(after.metrics, before.metrics),
    ...calibration.warnings.map((warning) => `warning: ${warning}`),
    "",
  ].join("\n");
}
