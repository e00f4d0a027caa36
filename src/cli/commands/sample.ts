import { type Kind, type Logits, LogitsError, toLogits } from "../../core/index.js";
import { type SampleRowOptions, sampleRow, sweepRow } from "../../plan/sample.js";
import { compareProfiles, diceOf, lintSettings, profiles, type Step } from "../../sample/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { inputRow } from "../inputRow.js";
import { toJson } from "../json.js";
import { drawOf, samplingOf, sweepOf, tellPassedOver } from "../sampling.js";
import { secondContext } from "../sampleSecond.js";
import { comparisonText, remarksText, sampleText, sweepText } from "../sampleText.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const sampling = await samplingOf(invocation);
  const { settings, engine, chain, chainWith } = sampling;
  const { row, classes } = await inputRow("sample", invocation, terminal, { vector: "row" });
  checkRaw(row.kind, chain);
  const logits = toLogits(row).values as Logits;
  const names = classes?.every((name, k) => name === String(k)) ? undefined : classes;
  const context = {
    ...contextOf(invocation, logits.length),
    ...(await secondContext(invocation, terminal, logits.length)),
  };
  const options: SampleRowOptions = { ...drawOf(invocation), chain, context };
  if (names) {
    options.textOf = (id) => names[id];
    options.context = { ...context, bytesOf: (id) => new TextEncoder().encode(names[id]) };
  }
  for (const name of ["top", "trace", "why"] as const)
    if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  if (flags["compare"]) {
    const context = { ...options.context, dice: diceOf(options) };
    // A profile that was named is what the others are measured against.
    const engines = engine ? [engine, ...profiles.filter((one) => one !== engine)] : profiles;
    const comparison = compareProfiles(logits, settings, context, engines);
    terminal.out(flags["json"] ? `${toJson(comparison)}\n` : comparisonText(comparison));
    return DONE;
  }
  if (flags["lint"]) {
    if (!engine) throw new UsageError("--lint needs --profile: which engine is meant?");
    const remarks = lintSettings(settings, engine, logits, options.context);
    terminal.out(flags["json"] ? `${toJson({ engine: engine.engine, remarks })}\n` : remarksText(remarks));
    return DONE;
  }
  tellPassedOver(sampling, terminal);
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

/** Probabilities fix a row up to a constant only. */
function checkRaw(kind: Kind, chain: readonly Step[]): void {
  const raw = chain.find(({ sampler, params }) => sampler.gauge === "raw" && !sampler.isOff(params));
  if (raw && kind !== "logits")
    throw new LogitsError(
      "bad-argument",
      `Cannot run ${raw.sampler.name}: the scores must be raw logits, whose size and sign it goes by, got ${kind}`,
    );
}

function contextOf({ flags }: Invocation, tokens: number): NonNullable<SampleRowOptions["context"]> {
  const ids = (flag: "history" | "eos"): number[] => {
    const list = String(flags[flag]).split(",");
    const wrong = list.find((id) => !/^\s*\d+\s*$/.test(id) || Number(id) >= tokens);
    if (wrong !== undefined)
      throw new UsageError(`--${flag}: ids must be integers in [0, ${tokens - 1}], got ${JSON.stringify(wrong)}`);
    return list.map(Number);
  };
  const history = flags["history"] === undefined ? [] : ids("history");
  const promptLength = (flags["promptLength"] as number | undefined) ?? history.length;
  if (promptLength > history.length)
    throw new UsageError(
      `--prompt-length: it must be an integer in [0, ${history.length}], the tokens of --history, got ${promptLength}`,
    );
  return { history, promptLength, ...(flags["eos"] !== undefined && { eos: ids("eos") }) };
}
