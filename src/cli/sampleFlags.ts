import { methodFlags, paramHelp } from "../plan/flags.js";
import { createRegistry, type Registry } from "../plan/registry.js";
import type { Flag } from "./command.js";
import { inputFlags, jsonFlag, seedFlag } from "./flags.js";

/** One flag a setting of any sampler. */
export function samplerFlags(registry: Registry = createRegistry()): Flag[] {
  return methodFlags(registry.samplers).map(({ methods, default: value, ...flag }) => ({
    ...flag,
    help: paramHelp({ ...flag, ...(value === undefined ? {} : { default: value }) }, methods),
  }));
}

/** How chance is keyed. */
export const drawFlags: Flag[] = [
  seedFlag,
  {
    name: "sequence",
    type: "integer",
    min: 0,
    help: "Which text, where several are sampled with one seed (default 0)",
  },
  { name: "step", type: "integer", min: 0, help: "Which token of the text (default 0)" },
];

export async function sampleFlags(): Promise<Flag[]> {
  return [
    { name: "row", type: "integer", min: 0, metavar: "N", help: "Which row of FILE, from 0" },
    { name: "id", type: "string", metavar: "ID", help: "Which row of FILE, by its id" },
    ...drawFlags,
    ...samplerFlags(),
    {
      name: "chain",
      type: "string",
      metavar: "CHAIN.json",
      help: "Samplers and their order, as JSON: a list of {sampler, params}, or the output of --json",
    },
    { name: "history", type: "string", metavar: "ID,ID,…", help: "Tokens before this one, for penalties and bans" },
    {
      name: "promptLength",
      type: "integer",
      min: 0,
      metavar: "N",
      help: "How many of these are the prompt (default all)",
    },
    { name: "top", type: "integer", min: 0, metavar: "N", help: "How many of the tokens kept to list (default 20)" },
    { name: "trace", type: "boolean", help: "Say what every sampler removed, and why" },
    { name: "why", type: "integer", min: 0, metavar: "ID", help: "Say why this token was not kept" },
    {
      name: "sweep",
      type: "string",
      metavar: "SETTING=A,B,C",
      help: "Show the row with one setting at several values, e.g. temperature=0.2,0.8,1.2",
    },
    ...inputFlags,
    jsonFlag,
  ];
}
