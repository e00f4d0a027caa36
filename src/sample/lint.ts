import type { Logits, SampleContext } from "../core/index.js";
import { runChain, type Step } from "./chain.js";
import { effectOf } from "./compare.js";
import { type Profile, profileChain } from "./profiles/profile.js";
import type { Settings } from "./settings.js";
import { tracer } from "./trace.js";

/** Something about settings that their author may not have meant. */
export interface Remark {
  setting: string;
  message: string;
}

/**
 * What an engine will make of settings that does not show: ignored ones, defaults that act unasked, orders that undo each other; with a row also those that
 * never bind on it.
 *
 * @example
 *     lintSettings({ topP: 0.9 }, profile("transformers.js"))   // topP: ignored by transformers.js 4.3.1: read and never applied; topK is 50 …
 *
 * @throws LogitsError `bad-argument` for a setting that no sampler has
 */
export function lintSettings(
  settings: Settings,
  profile: Profile,
  logits?: Logits,
  context: Partial<SampleContext> = {},
): Remark[] {
  const chain = profileChain(profile, settings);
  return [
    ...passedOver(settings, profile),
    ...unasked(settings, profile, chain),
    ...orderings(chain),
    ...contradictions(settings),
    ...(logits ? idle(settings, profile, chain, logits, context) : []),
    ...(profile.notes ?? []).map((message) => ({ setting: profile.engine, message })),
  ];
}

/** Settings that the engine does nothing with, or takes another value for. */
export function passedOver(settings: Settings, profile: Profile): Remark[] {
  const chain = profileChain(profile, settings);
  const { ignores = {}, reads = [] } = profile;
  const taken = (setting: string): boolean =>
    reads.includes(setting) || chain.some(({ params }) => params[setting] === settings[setting]);
  return Object.keys(settings)
    .filter((setting) => setting in ignores || !taken(setting))
    .map((setting) => ({
      setting,
      message: `${setting}: ${effectOf(setting, settings[setting]!, profile, chain, [])}`,
    }));
}

/** Defaults that act although nobody asked. */
function unasked(settings: Settings, { defaults, engine }: Profile, chain: readonly Step[]): Remark[] {
  const acting = chain.flatMap(({ sampler, params }) =>
    sampler.params
      .filter(({ name, noop }) => noop !== undefined && params[name] === defaults[name] && params[name] !== noop)
      .map(({ name }) => name),
  );
  return [...new Set(acting)]
    .filter((name) => !(name in settings))
    .map((name) => ({ setting: name, message: `${name} is ${defaults[name]} in ${engine} unless you set it` }));
}

function orderings(chain: readonly Step[]): Remark[] {
  const remarks: Remark[] = [];
  const placeOf = (role: Step["sampler"]["role"]): number => chain.findIndex(({ sampler }) => sampler.role === role);
  const firstFilter = placeOf("filter");
  chain.forEach(({ sampler }, place) => {
    if (firstFilter < 0 || place < firstFilter) return;
    if (sampler.role === "penalty")
      remarks.push({
        setting: sampler.name,
        message: `${sampler.name} comes after ${chain[firstFilter]!.sampler.name}: it cannot bring in a token that was cut before`,
      });
    if (sampler.name === "temperature")
      remarks.push({
        setting: "temperature",
        message: "temperature comes after the filters: what they cut does not depend on it",
      });
  });
  return remarks;
}

function contradictions(settings: Settings): Remark[] {
  const remarks: Remark[] = [];
  const number = (name: string): number => Number(settings[name] ?? NaN);
  if (number("temperature") === 0) {
    for (const name of ["topK", "topP", "minP", "typicalP"])
      if (name in settings)
        remarks.push({ setting: name, message: `${name} decides nothing at temperature 0: one token is left` });
  }
  if (number("xtcThreshold") > 0.5)
    remarks.push({
      setting: "xtcThreshold",
      message: "no two tokens can have more than 0.5: xtc never removes anything",
    });
  if (number("mirostat") > 0) {
    for (const name of ["topK", "topP", "minP", "typicalP"])
      if (name in settings)
        remarks.push({ setting: name, message: `${name} and mirostat both cut; mirostat is meant alone` });
  }
  if (number("topK") === 1) remarks.push({ setting: "topK", message: "one token is left: the draw is greedy" });
  return remarks;
}

function idle(
  settings: Settings,
  profile: Profile,
  chain: readonly Step[],
  logits: Logits,
  context: Partial<SampleContext>,
): Remark[] {
  const { watch, trace } = tracer();
  runChain(logits, chain, { dice: () => 0.5, ...context }, watch);
  return Object.keys(settings)
    .filter((setting) => effectOf(setting, settings[setting]!, profile, chain, trace.steps).startsWith("no effect"))
    .map((setting) => ({ setting, message: `${setting} never binds on this row` }));
}
