import { LogitsError, type Params, type Sampler } from "../core/index.js";
import { type ChainStep, chainOf, type Step } from "./chain.js";

/** Values of samplers' parameters, by their names: `{ temperature: 0.8, topK: 40 }`. */
export type Settings = Params;

/**
 * The chain of the samplers of which a switch is given, in the order of `samplers`. A parameter that several samplers have is given to each of them that is
 * in the chain; one that is no switch, such as `ties`, brings none in.
 *
 * @example
 *     settingsChain(samplers, { topP: 0.9, temperature: 0.8 }).map(({ sampler }) => sampler.name)   // ["temperature", "topP"]
 *
 * @throws LogitsError `bad-argument` for a name that no sampler has
 */
export function settingsChain(samplers: readonly Sampler[], settings: Settings): Step[] {
  const unknown = Object.keys(settings).find((name) => !samplers.some((one) => has(one, name)));
  if (unknown !== undefined) {
    const names = [...new Set(samplers.flatMap(({ params }) => params.map(({ name }) => name)))].join(", ");
    throw new LogitsError("bad-argument", `Cannot sample: a setting must be one of ${names}, got ${unknown}`);
  }
  const steps: ChainStep[] = [];
  for (const sampler of samplers) {
    const params = Object.fromEntries(Object.entries(settings).filter(([name]) => has(sampler, name)));
    const switches = sampler.params.filter(({ noop }) => noop !== undefined).map(({ name }) => name);
    if (switches.some((name) => name in params)) steps.push({ sampler: sampler.name, params });
  }
  return chainOf(samplers, steps);
}

const has = ({ params }: Sampler, name: string): boolean => params.some((param) => param.name === name);
