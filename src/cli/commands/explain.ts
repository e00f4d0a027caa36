import { applyCalibrator } from "../../calibrate/index.js";
import { type Batch, type Calibrator, LogitsError, type Source, takeRows, toLogits } from "../../core/index.js";
import { explainCard, explainRow, type ExplainOptions } from "../../triage/index.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags, args } = invocation;
  const { row, classes, label } = args[0]!.trimStart().startsWith("[")
    ? literalRow(args[0]!, invocation)
    : await fileRow(await openInput(invocation, terminal), invocation);
  if (flags["calibrator"] !== undefined && flags["temperature"] !== undefined) {
    throw new UsageError("--calibrator and --temperature both say how to calibrate: give one");
  }
  const calibrator: Calibrator | undefined =
    flags["temperature"] === undefined
      ? await readCalibratorFile(invocation, classes?.length ?? row.classes)
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

interface Row {
  row: Batch;
  classes?: string[];
  label?: number;
}

function literalRow(text: string, { flags }: Invocation): Row {
  // JSON has no names for these; a person types them all the same.
  const spelled = text.replaceAll(/"?(-?)Infinity"?|"?(-)inf"?/g, '"$1$2Infinity"').replaceAll(/\bNaN\b/g, '"NaN"');
  let values: unknown;
  try {
    values = JSON.parse(spelled);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${text}: a row must be a JSON array of numbers, got ${(cause as Error).message}`,
      { cause },
    );
  }
  if (
    !Array.isArray(values) ||
    values.length === 0 ||
    values.some((value) => typeof value !== "number" && !/Infinity|NaN/.test(String(value)))
  ) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${text}: a row must be a JSON array of numbers, got ${JSON.stringify(values).slice(0, 60)}`,
    );
  }
  const kind = flags["kind"] === "probs" || flags["kind"] === "logprobs" ? flags["kind"] : "logits";
  const row: Batch = { kind, values: Float64Array.from(values, Number), rows: 1, classes: values.length };
  return flags["classes"] === undefined ? { row } : { row, classes: list(String(flags["classes"])) };
}

async function fileRow(source: Source, { flags }: Invocation): Promise<Row> {
  const wanted = flags["row"] as number | undefined;
  const id = flags["id"] as string | undefined;
  if (wanted === undefined && id === undefined) throw new UsageError("logits explain FILE needs --row N or --id ID");
  for await (const batch of source.batches()) {
    const at = id === undefined ? wanted! - (batch.offset ?? 0) : (batch.ids ?? []).indexOf(id);
    if (at < 0 || at >= batch.rows) continue;
    const row = takeRows(batch, [at]);
    return { row, classes: source.classes, ...(row.labels ? { label: row.labels[0]! } : {}) };
  }
  throw new LogitsError(
    "bad-data",
    `Cannot explain this row: the file must have ${id === undefined ? `row ${wanted}` : `a row with id ${id}`}, got none`,
  );
}

function classIndex(name: string, names: string[] | undefined, classes: number): number {
  const index = names ? names.indexOf(name) : Number(name);
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  throw new UsageError(
    `--label: it must be one of the classes (${names?.slice(0, 8).join(", ") ?? `0 … ${classes - 1}`}), got ${name}`,
  );
}
