import type { Logits, SampleContext } from "../core/index.js";
import { runChain, type Step } from "./chain.js";
import { type Profile, profileChain } from "./profiles/profile.js";
import { profiles } from "./profiles/index.js";
import { countOf, divergenceOf, entropyOf, probabilitiesOf } from "./row.js";
import type { Settings } from "./settings.js";
import { type TraceStep, tracer } from "./trace.js";

/** What one engine makes of a row and some settings. */
export interface EngineRow {
  engine: string;
  version: string;
  /** Whether the profile is held to vectors of the engine's own code. */
  verified: boolean;
  kept: number;
  /** In nats. */
  entropy: number;
  /** Id and probability of the most probable token. */
  first: { id: number; p: number };
  chain: { sampler: string; params: TraceStep["params"] }[];
  /** What each setting that was given does here. */
  effects: { setting: string; effect: string }[];
}

/** How far apart two engines are: total variation ½ Σ |p − q|, and Σ p ln(p/q), Infinity where q removed what p keeps. */
export interface EngineDistance {
  engines: [string, string];
  totalVariation: number;
  kl: number;
}

export interface Comparison {
  engines: EngineRow[];
  distances: EngineDistance[];
}

/**
 * The same row and the same settings in several engines: what each keeps, how far they are apart, and what became of every setting.
 *
 * @param settings by the names of the samplers' parameters; each engine adds its own defaults
 * @param context what samplers know; without dice, u is ½ for those that need chance
 * @param only engines to compare; default all
 *
 * @example
 *     compareProfiles(Float64Array.of(4, 3, 2, 1).map(Math.log), { topK: 2, topP: 0.5 }).engines   // vllm keeps 1 token, sglang 2
 *
 * @throws LogitsError `not-finite` for NaN and +Infinity, and where no token is left; `bad-argument` for a setting that no sampler has
 */
export function compareProfiles(
  logits: Logits,
  settings: Settings,
  context: Partial<SampleContext> = {},
  only: readonly Profile[] = profiles,
): Comparison {
  const seen = only.map((profile) => {
    const chain = profileChain(profile, settings);
    const { watch, trace } = tracer();
    const row = runChain(logits, chain, { dice: () => 0.5, ...context }, watch);
    return { profile, chain, row, p: probabilitiesOf(row), steps: trace.steps, kept: countOf(row) };
  });
  return {
    engines: seen.map(({ profile, chain, p, steps, kept }) => ({
      engine: profile.engine,
      version: profile.version,
      verified: profile.verified,
      kept,
      entropy: entropyOf(p),
      first: firstOf(p),
      chain: chain.map(({ sampler, params }) => ({ sampler: sampler.name, params })),
      effects: Object.keys(settings).map((setting) => ({
        setting,
        effect: effectOf(setting, settings[setting]!, profile, chain, steps),
      })),
    })),
    distances: seen.flatMap((a, i) =>
      seen.slice(i + 1).map((b) => ({
        engines: [a.profile.engine, b.profile.engine] as [string, string],
        totalVariation: totalVariation(a.p, b.p),
        kl: divergenceOf(a.row, b.row),
      })),
    ),
  };
}

function firstOf(p: Float64Array): { id: number; p: number } {
  let id = 0;
  for (let k = 1; k < p.length; k++) if (p[k]! > p[id]!) id = k;
  return { id, p: p[id]! };
}

/** What became of a setting, in a few words. */
export function effectOf(
  setting: string,
  given: Settings[string],
  profile: Profile,
  chain: readonly Step[],
  steps: readonly TraceStep[],
): string {
  const engine = `${profile.engine} ${profile.version}`;
  const why = profile.ignores?.[setting];
  if (why) return `ignored by ${engine}: ${why}`;
  if (profile.reads?.includes(setting))
    return given ? "changes the order of the samplers" : "leaves the order as it is";
  const at = chain.findLastIndex(({ sampler }) => sampler.params.some(({ name }) => name === setting));
  if (at < 0) return `not used: ${engine} has no such sampler in this chain`;
  const { sampler, params } = chain[at]!;
  if (params[setting] !== given) return `${engine} takes ${String(params[setting])} instead`;
  const step = steps[at]!;
  if (step.noEffect) return sampler.isOff(params) ? "off" : "no effect on this row";
  if (step.removedCount > 0)
    return `${step.sampler} removes ${step.removedCount.toLocaleString("en")} ${step.removedCount === 1 ? "token" : "tokens"} with ${(100 * step.massRemoved).toPrecision(3)} % of the probability`;
  return `${step.sampler} changes the distribution (KL ${step.kl.toPrecision(3)} nats)`;
}

function totalVariation(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let id = 0; id < p.length; id++) sum += Math.abs(p[id]! - q[id]!);
  return sum / 2;
}
