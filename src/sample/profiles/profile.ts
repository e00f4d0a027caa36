import { LogitsError, type Params, type Sampler } from "../../core/index.js";
import { chainOf, type ChainStep, type Step } from "../chain.js";
import { type Settings } from "../settings.js";
import { samplers } from "../samplers.js";

/** How one engine samples: its order, its rules where engines differ, and its values where nobody says otherwise. */
export interface Profile {
  engine: string;
  /** What was read. */
  version: string;
  /** Whether it passes vectors that the engine's own code made; what is not is said to be unverified. */
  verified: boolean;
  /** Values in force by default. */
  defaults: Settings;
  /** Samplers in the order in which they run, with the rules that are this engine's. */
  order: readonly { sampler: string; rules?: Params }[];
  /** Settings that the engine takes and does nothing with, and why. */
  ignores?: Readonly<Record<string, string>>;
  /** Settings besides those of samplers that its order depends on. */
  reads?: readonly string[];
  /** Where the order depends on the settings. */
  reorder?(settings: Settings, order: Profile["order"]): Profile["order"];
  /** Values that the engine changes before it uses them. */
  adjust?(settings: Settings): Settings;
  /** What a person who uses this engine should know. */
  notes?: readonly string[];
}

/**
 * The chain that an engine makes of some settings: its defaults, unless a setting says otherwise. A sampler that is off and not asked for is left out.
 *
 * @throws LogitsError `bad-argument` for a setting that no sampler has, or a value out of its range
 */
export function profileChain(profile: Profile, given: Settings = {}): Step[] {
  checkNames(given);
  const settings = settingsUnder(profile, given);
  const order = profile.reorder?.(settings, profile.order) ?? profile.order;
  const steps: ChainStep[] = [];
  for (const { sampler: name, rules } of order) {
    const sampler = samplers.find((one) => one.name === name)!;
    const params: Params = { ...own(sampler, settings), ...rules };
    const complete = chainOf(samplers, [{ sampler: name, params }])[0]!;
    const asked = sampler.params.some(
      (param) => param.noop !== undefined && param.name in given && param.name in settings,
    );
    if (asked || !sampler.isOff(complete.params)) steps.push({ sampler: name, params });
  }
  return chainOf(samplers, steps);
}

/** Settings that are not a sampler's. */
const orders: readonly string[] = ["temperatureLast"];

function checkNames(settings: Settings): void {
  const names = [...new Set([...samplers.flatMap(({ params }) => params.map(({ name }) => name)), ...orders])];
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot sample: a setting must be one of ${names.join(", ")}, got ${unknown}`,
    );
}

/** What is in force: defaults, then what was given, less what the engine ignores. */
export function settingsUnder(profile: Profile, given: Settings): Settings {
  const settings: Settings = { ...profile.defaults, ...given };
  for (const name of Object.keys(profile.ignores ?? {})) delete settings[name];
  return profile.adjust?.(settings) ?? settings;
}

/** The order with these samplers at its end. */
export function movedLast(order: Profile["order"], last: readonly string[]): Profile["order"] {
  return [
    ...order.filter(({ sampler }) => !last.includes(sampler)),
    ...order.filter(({ sampler }) => last.includes(sampler)),
  ];
}

const own = ({ params }: Sampler, settings: Settings): Params =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => params.some((param) => param.name === name)));

/** A temperature below which an engine takes the most probable token. */
export const greedyBelow =
  (least: number) =>
  (settings: Settings): Settings =>
    typeof settings["temperature"] === "number" && settings["temperature"] < least
      ? { ...settings, temperature: 0 }
      : settings;
