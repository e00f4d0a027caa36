import type { Params } from "../../core/index.js";
import { evaluate, type EvaluateOptions, type Evaluation } from "../../plan/evaluate.js";
import { type CompatName, compats } from "../../measure/index.js";
import { type Difference, differences } from "../../plan/differences.js";
import { methods } from "../../plan/methods.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { engineFor } from "../engine.js";
import { list } from "../flags.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { alignColumns, metricsTable, number } from "../metricsTable.js";

/** What --bins, --compat, --seed … say about measuring. */
export function measureOptions({ flags }: Invocation): EvaluateOptions {
  const params: Params = {};
  for (const { params: own } of methods.metrics) {
    for (const { name } of own) if (flags[name] !== undefined) params[name] = flags[name]!;
  }
  const options: EvaluateOptions = { params };
  if (flags["compat"] !== undefined) options.overrides = compats[flags["compat"] as CompatName].metrics;
  if (flags["metrics"] !== undefined) options.metrics = list(String(flags["metrics"]));
  if (flags["seed"] !== undefined) options.seed = flags["seed"] as number;
  if (flags["replicates"] !== undefined) options.replicates = flags["replicates"] as number;
  if (flags["allowInfinite"]) options.allowInfinite = true;
  if (flags["rankStatistics"]) options.rankStatistics = true;
  return options;
}

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const source = await openInput(invocation, terminal);
  const options = measureOptions(invocation);
  const calibrator = await readCalibratorFile(invocation, source.classes);
  if (calibrator) options.calibrator = calibrator;
  options.engine = await engineFor(invocation, source);
  const evaluation = await evaluate(source, options);
  const differ = invocation.flags["explainDifferences"] ? await differences(source, options) : undefined;
  if (invocation.flags["json"])
    terminal.out(`${toJson(differ ? { ...evaluation, differences: differ } : evaluation)}\n`);
  else terminal.out(evaluationText(evaluation) + (differ ? differencesText(differ) : ""));
  return DONE;
}

function evaluationText(evaluation: Evaluation): string {
  const title = `${evaluation.rows.toLocaleString("en")} rows × ${evaluation.classes} classes${evaluation.calibrator ? `, after ${evaluation.calibrator.method}` : ""}`;
  return [title, "", metricsTable(evaluation.metrics), ...evaluation.notes.map((note) => `note: ${note}`), ""].join(
    "\n",
  );
}

function differencesText(list: Difference[]): string {
  const rows = list.map(({ library, metric, value, why }) => [
    metric,
    value === undefined ? "" : number(value),
    library,
    why,
  ]);
  return `\nWhy libraries disagree on this file:\n${alignColumns([["metric", "value", "library", "because"], ...rows])}\n`;
}
