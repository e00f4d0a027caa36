import { type Logits, toLogits } from "../../core/index.js";
import { type SampleRowOptions, sampleRow, sweepRow } from "../../plan/sample.js";
import { compareProfiles, lintSettings } from "../../sample/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { inputRow } from "../inputRow.js";
import { toJson } from "../json.js";
import { drawOf, samplingOf, sweepOf } from "../sampling.js";
import { secondContext } from "../sampleSecond.js";
import { comparisonText, remarksText, sampleText, sweepText } from "../sampleText.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const { settings, engine, chain, chainWith } = await samplingOf(invocation);
  const { row, classes } = await inputRow("sample", invocation, terminal);
  const logits = toLogits(row).values as Logits;
  const names = classes?.every((name, k) => name === String(k)) ? undefined : classes;
  const context = {
    ...contextOf(invocation, logits.length),
    ...(await secondContext(invocation, terminal, logits.length)),
  };
  const options: SampleRowOptions = { ...drawOf(invocation), chain, context };
  if (names) options.textOf = (id) => names[id];
  for (const name of ["top", "trace", "why"] as const)
    if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  if (flags["compare"]) {
    const comparison = compareProfiles(logits, settings, options.context);
    terminal.out(flags["json"] ? `${toJson(comparison)}\n` : comparisonText(comparison));
    return DONE;
  }
  if (flags["lint"]) {
    if (!engine) throw new UsageError("--lint needs --profile: which engine is meant?");
    const remarks = lintSettings(settings, engine, logits, options.context);
    terminal.out(flags["json"] ? `${toJson({ engine: engine.engine, remarks })}\n` : remarksText(remarks));
    return DONE;
  }
  if (flags["sweep"] !== undefined) {
    const [name, values] = sweepOf(String(flags["sweep"]));
    const sweep = sweepRow(logits, name, values, chainWith, options);
    terminal.out(flags["json"] ? `${toJson({ sweep: name, rows: sweep })}\n` : sweepText(name, sweep));
    return DONE;
  }
  const document = sampleRow(logits, options);
  terminal.out(flags["json"] ? `${toJson(document)}\n` : sampleText(document, logits.length));
  return DONE;
}

function contextOf({ flags }: Invocation, tokens: number): NonNullable<SampleRowOptions["context"]> {
  const ids = (flag: "history" | "eos"): number[] => {
    const list = String(flags[flag]).split(",").map(Number);
    const wrong = list.find((id) => !Number.isInteger(id) || id < 0 || id >= tokens);
    if (wrong !== undefined)
      throw new UsageError(`--${flag}: ids must be integers in [0, ${tokens - 1}], got ${wrong}`);
    return list;
  };
  const history = flags["history"] === undefined ? [] : ids("history");
  const promptLength = Math.min(history.length, (flags["promptLength"] as number | undefined) ?? Infinity);
  return { history, promptLength, ...(flags["eos"] !== undefined && { eos: ids("eos") }) };
}
