import { readFile } from "node:fs/promises";
import { flagName, type Logits, LogitsError, toLogits } from "../../core/index.js";
import { createRegistry } from "../../plan/registry.js";
import { chainOfSettings, type SampleRowOptions, sampleRow, sweepRow } from "../../plan/sample.js";
import {
  type ChainStep,
  chainOf,
  compareProfiles,
  lintSettings,
  type Profile,
  profile,
  profileChain,
  samplers,
  type Settings,
  type Step,
} from "../../sample/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { inputRow } from "../inputRow.js";
import { toJson } from "../json.js";
import { comparisonText, remarksText, sampleText, sweepText } from "../sampleText.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const settings = settingsOf(invocation);
  const engine = flags["profile"] === undefined ? undefined : profile(String(flags["profile"]));
  const chain = flags["chain"] === undefined ? chainUnder(engine, settings) : await chainFile(invocation, settings);
  const { row, classes } = await inputRow("sample", invocation, terminal);
  const logits = toLogits(row).values as Logits;
  const names = classes?.every((name, k) => name === String(k)) ? undefined : classes;
  const options: SampleRowOptions = { ...drawOf(invocation), chain, context: contextOf(invocation, logits.length) };
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
    const chainWith = (setting: Settings): Step[] => chainUnder(engine, { ...settings, ...setting });
    const sweep = sweepRow(logits, name, values, chainWith, options);
    terminal.out(flags["json"] ? `${toJson({ sweep: name, rows: sweep })}\n` : sweepText(name, sweep));
    return DONE;
  }
  const document = sampleRow(logits, options);
  terminal.out(flags["json"] ? `${toJson(document)}\n` : sampleText(document, logits.length));
  return DONE;
}

/** The settings among the flags. */
function settingsOf({ flags }: Invocation): Settings {
  const names = new Set(createRegistry().samplers.flatMap(({ params }) => params.map(({ name }) => name)));
  return Object.fromEntries(
    Object.entries(flags).filter((entry): entry is [string, string | number | boolean] => names.has(entry[0])),
  );
}

const chainUnder = (engine: Profile | undefined, settings: Settings): Step[] =>
  engine ? profileChain(engine, settings) : chainOfSettings(settings);

async function chainFile({ flags }: Invocation, settings: Settings): Promise<Step[]> {
  const setting = flags["profile"] === undefined ? Object.keys(settings)[0] : "profile";
  if (setting) throw new UsageError(`--chain and --${flagName(setting)} both say how to sample: give one`);
  const path = String(flags["chain"]);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: it must be a chain in JSON, got ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  const steps = Array.isArray(json) ? json : (json as { chain?: unknown } | null)?.chain;
  if (!Array.isArray(steps))
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: a chain must be a list of {sampler, params}, got ${typeof json}`,
    );
  return chainOf(samplers, steps as ChainStep[]);
}

function drawOf({ flags }: Invocation): { seed: number; sequence: number; step: number } {
  const [seed = 0, sequence = 0, step = 0] = ["seed", "sequence", "step"].map(
    (name) => flags[name] as number | undefined,
  );
  return { seed, sequence, step };
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

function sweepOf(text: string): [string, number[]] {
  const [flag, list = ""] = text.split("=");
  const values = list.split(",").map(Number);
  if (!flag || list === "" || values.some((value) => Number.isNaN(value)))
    throw new UsageError(`--sweep: it must be SETTING=A,B,C with numbers, got ${text}`);
  return [flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), values];
}
