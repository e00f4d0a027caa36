import { rangeText, type Sampler } from "../core/index.js";
import { type MethodFlag, methodFlags } from "../plan/flags.js";
import type { Registry } from "../plan/registry.js";
import { samplers } from "../sample/index.js";
import type { Flag } from "./command.js";

const usual = "The usual samplers";
const cuts = "Other samplers that cut or reshape";
const penalties = "Penalties, bans and lengths";
const rules = "Rules on which engines differ";

/** One flag a setting of any sampler, those of one heading together. */
export function samplerFlags(registry: Pick<Registry, "samplers"> = { samplers }): Flag[] {
  const flags = methodFlags(registry.samplers).map(({ methods, ...flag }) => {
    const members = registry.samplers.filter(({ name }) => methods.includes(name));
    // A default belongs to the sampler, which applies it; here it is only said.
    const { default: _, ...rest } = flag;
    return { ...rest, help: helpOf({ ...flag, methods }), group: groupOf(flag, members) };
  });
  return [usual, cuts, penalties, rules].flatMap((group) => flags.filter((flag) => flag.group === group));
}

function groupOf(flag: Flag, members: readonly Sampler[]): string {
  if (["temperature", "topK", "topP", "minP"].includes(flag.name)) return usual;
  if (members.every(({ role }) => role === "penalty")) return penalties;
  return flag.type === "choice" || flag.name === "minKeep" ? rules : cuts;
}

/** "How many tokens to keep (an integer ≥ 0; default 0: off)". */
function helpOf({ methods, ...flag }: MethodFlag): string {
  const facts: string[] = [];
  if (flag.type === "number" || flag.type === "integer") facts.push(rangeText(flag));
  if (flag.default !== undefined && flag.default !== "")
    facts.push(`default ${flag.default}${flag.default === flag.noop ? ": off" : ""}`);
  if (methods.length > 1) facts.push(`for ${methods.join(", ")}`);
  return facts.length > 0 ? `${flag.help} (${facts.join("; ")})` : flag.help;
}
