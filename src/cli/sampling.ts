import { readFile } from "node:fs/promises";
import { flagName, LogitsError } from "../core/index.js";
import { createRegistry } from "../plan/registry.js";
import { chainOfSettings } from "../plan/sample.js";
import {
  type ChainStep,
  chainOf,
  type Profile,
  profile,
  profileChain,
  samplers,
  type Settings,
  type Step,
} from "../sample/index.js";
import { type Invocation, UsageError } from "./command.js";

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
  const chainWith = (more: Settings): Step[] => chainUnder(engine, { ...settings, ...more });
  const chain = flags["chain"] === undefined ? chainWith({}) : await chainFile(invocation, settings);
  return { settings, ...(engine && { engine }), chain, chainWith };
}

/** The settings among the flags. */
function settingsOf({ flags }: Invocation): Settings {
  const names = new Set(createRegistry().samplers.flatMap(({ params }) => params.map(({ name }) => name)));
  names.add("temperatureLast");
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
  const values = list.split(",").map(Number);
  if (!flag || list === "" || values.some((value) => Number.isNaN(value)))
    throw new UsageError(`--sweep: it must be SETTING=A,B,C with numbers, got ${text}`);
  return [flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), values];
}
