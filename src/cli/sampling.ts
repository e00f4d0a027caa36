import { readFile } from "node:fs/promises";
import { checkParam, flagName, LogitsError, type Param, rangeText } from "../core/index.js";
import { chainOfSettings } from "../plan/sample.js";
import {
  type ChainStep,
  chainOf,
  type Profile,
  profile,
  passedOver,
  profileChain,
  profiles,
  samplers,
  type Settings,
  type Step,
} from "../sample/index.js";
import { type Invocation, type Terminal, UsageError } from "./command.js";
import { suggestion } from "./suggest.js";

/** How the flags say to sample: the settings given, the engine meant, and the chain they make. */
export interface Sampling {
  settings: Settings;
  engine?: Profile;
  chain: Step[];
  /** The chain with other settings over these. */
  chainWith(more: Settings): Step[];
}

export async function samplingOf(invocation: Invocation): Promise<Sampling> {
  const { flags } = invocation;
  const settings = settingsOf(invocation);
  if (flags["allowed"] !== undefined && flags["chain"] === undefined) settings["mask"] = true;
  const engine = flags["profile"] === undefined ? undefined : profile(String(flags["profile"]));
  checkTogether(invocation, settings, engine);
  const chainWith = (more: Settings): Step[] => chainUnder(engine, { ...settings, ...more });
  const chain = flags["chain"] === undefined ? chainWith({}) : await chainFile(invocation);
  return { settings, ...(engine && { engine }), chain, chainWith };
}

/** Says on standard error what the profile does not do as it is told. */
export function tellPassedOver({ settings, engine }: Sampling, terminal: Terminal): void {
  if (engine) for (const { message } of passedOver(settings, engine)) terminal.err(`logits: ${message}\n`);
}

/** Flags that would be passed over in silence beside others. */
function checkTogether({ flags }: Invocation, settings: Settings, engine: Profile | undefined): void {
  const setting = engine ? "profile" : Object.keys(settings)[0];
  if (flags["chain"] !== undefined && setting)
    throw new UsageError(`--chain and --${flagName(setting)} both say how to sample: give one`);
  const views = ["sweep", "compare", "lint"].filter((name) => flags[name] !== undefined);
  if (views.length > 1) throw new UsageError(`--${views[0]} and --${views[1]} do not go together: give one`);
  if (views.length > 0 && flags["chain"] !== undefined)
    throw new UsageError(`--${views[0]} needs settings, not --chain: give them as flags`);
  if (settings["temperatureLast"] !== undefined && !flags["compare"] && !engine?.reads?.includes("temperatureLast")) {
    const able = profiles.filter(({ reads }) => reads?.includes("temperatureLast")).map((one) => one.engine);
    throw new UsageError(`--temperature-last needs --profile ${able.join(" or ")}`);
  }
  if (engine || flags["compare"] || flags["chain"] !== undefined) return;
  const swept = flags["sweep"] === undefined ? [] : [sweepOf(String(flags["sweep"]))[0]];
  const given = new Set([...Object.keys(settings), ...swept]);
  const on = samplers.filter(({ params }) => params.some(({ name, noop }) => noop !== undefined && given.has(name)));
  const idle = Object.keys(settings).find(
    (name) => !on.some(({ params }) => params.some((param) => param.name === name)),
  );
  if (idle === undefined) return;
  const readers = samplers.filter(({ params }) => params.some(({ name }) => name === idle));
  throw new UsageError(
    `--${flagName(idle)} changes nothing alone: it is for ${readers.map(({ name }) => name).join(", ")}, and none is on`,
  );
}

/** The settings among the flags. */
function settingsOf({ flags }: Invocation): Settings {
  const names = new Set(samplers.flatMap(({ params }) => params.map(({ name }) => name)));
  names.add("temperatureLast");
  return Object.fromEntries(
    Object.entries(flags).filter((entry): entry is [string, string | number | boolean] => names.has(entry[0])),
  );
}

const chainUnder = (engine: Profile | undefined, settings: Settings): Step[] =>
  engine ? profileChain(engine, settings) : chainOfSettings(settings);

async function chainFile({ flags }: Invocation): Promise<Step[]> {
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
  try {
    return chainOf(samplers, steps as ChainStep[]);
  } catch (error) {
    if (!LogitsError.isInstance(error)) throw error;
    throw new LogitsError("bad-data", `Cannot read ${path}: ${error.message.replace(/^Cannot [^:]*: /, "")}`);
  }
}

/** What chance is keyed by. */
export function drawOf({ flags }: Invocation): { seed: number; sequence: number; step: number } {
  const [seed = 0, sequence = 0, step = 0] = ["seed", "sequence", "step"].map(
    (name) => flags[name] as number | undefined,
  );
  return { seed, sequence, step };
}

/** "temperature=0.2,0.8" as a setting and its values. */
export function sweepOf(text: string): [string, number[]] {
  const [flag, list = ""] = text.split("=");
  const parts = list.split(",");
  if (!flag || parts.some((part) => part.trim() === "" || !Number.isFinite(Number(part))))
    throw new UsageError(`--sweep: it must be SETTING=A,B,C with numbers, got ${text}`);
  const name = flag.replace(/^--/, "").replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const numbers = samplers.flatMap(({ params }) =>
    params.filter(({ type }) => type === "number" || type === "integer"),
  );
  if (!numbers.some((param) => param.name === name)) {
    const near = suggestion(
      flagName(name),
      numbers.map((param) => flagName(param.name)),
    );
    throw new UsageError(
      `--sweep: there is no setting ${flag} with numbers.${near ? ` Did you mean ${near}?` : " See --help"}`,
    );
  }
  const param = numbers.find((one) => one.name === name)!;
  return [name, parts.map((part) => sweptValue(flag, param, Number(part)))];
}

function sweptValue(flag: string, param: Param, value: number): number {
  try {
    return checkParam("--sweep", param, value) as number;
  } catch (error) {
    if (!LogitsError.isInstance(error)) throw error;
    throw new UsageError(`--sweep: ${flag} must be ${rangeText(param)}, got ${value}`);
  }
}
