import { profiles } from "../sample/index.js";
import type { Flag } from "./command.js";
import { inputFlags, jsonFlag, seedFlag } from "./flags.js";
import { samplerFlags } from "./samplerFlags.js";
import { secondFlags } from "./sampleSecond.js";

/** How chance is keyed. */
export const drawFlags: Flag[] = [
  seedFlag,
  {
    name: "sequence",
    type: "integer",
    min: 0,
    max: 2 ** 32 - 1,
    help: "Which text, where several are sampled with one seed (default 0)",
  },
  { name: "step", type: "integer", min: 0, help: "Which token of the text (default 0)" },
];

const profileFlag: Flag = {
  name: "profile",
  type: "choice",
  choices: profiles.map(({ engine }) => engine),
  metavar: "ENGINE",
  help: `Sample as this engine does, with its order, rules and defaults: ${profiles.map(({ engine }) => engine).join(", ")}`,
};

/** What the tokens before are, for samplers that look at them. */
const historyFlags: Flag[] = [
  { name: "history", type: "string", metavar: "ID,ID,…", help: "Tokens before this one, for penalties and bans" },
  {
    name: "promptLength",
    type: "integer",
    min: 0,
    metavar: "N",
    help: "How many of these are the prompt (default all)",
  },
  { name: "eos", type: "string", metavar: "ID,ID,…", help: "Tokens that end a text, for lengths" },
];

const chainFlag: Flag = {
  name: "chain",
  type: "string",
  metavar: "CHAIN.json",
  help: "Samplers and their order, as JSON: a list of {sampler, params}, or the output of --json",
};

const sweepFlag: Flag = {
  name: "sweep",
  type: "string",
  metavar: "SETTING=A,B,C",
  help: "One setting at several values, e.g. temperature=0.2,0.8,1.2",
};

const temperatureLastFlag: Flag = {
  name: "temperatureLast",
  type: "boolean",
  help: "Temperature after the filters (profiles exllamav3 and text-generation-webui)",
};

const under = (group: string, flags: readonly Flag[]): Flag[] => flags.map((flag) => ({ ...flag, group }));

const rowFlags: Flag[] = [
  { name: "row", type: "integer", min: 0, metavar: "N", help: "Which row of FILE, from 0" },
  { name: "id", type: "string", metavar: "ID", help: "Which row of FILE, by its id" },
];

export async function sampleFlags(): Promise<Flag[]> {
  return [
    ...under("Which row, and which draw", [...rowFlags, ...drawFlags]),
    ...samplerFlags(),
    ...under("As an engine does", [
      profileFlag,
      temperatureLastFlag,
      chainFlag,
      { name: "compare", type: "boolean", help: "Show what every engine makes of this row and these settings" },
      { name: "lint", type: "boolean", help: "Show what the profile makes of these settings that does not show" },
    ]),
    ...under("What came before, and beside", [...historyFlags, ...secondFlags]),
    ...under("What to show", [
      { name: "top", type: "integer", min: 0, metavar: "N", help: "How many of the tokens kept to list (default 20)" },
      { name: "trace", type: "boolean", help: "Say what every sampler removed, and why" },
      { name: "why", type: "integer", min: 0, metavar: "ID", help: "Say why this token was not kept" },
      sweepFlag,
      jsonFlag,
    ]),
    ...under("How to read FILE", inputFlags),
  ];
}

export async function generateFlags(): Promise<Flag[]> {
  return [
    ...under("The model and the text", [
      {
        name: "model",
        type: "string",
        metavar: "M",
        help: "built-in, a name that was pulled, a .gguf or .onnx file, a folder with an ONNX model, an npz of recorded logits, or SERVER#MODEL (default built-in)",
      },
      { name: "tokenizer", type: "string", metavar: "FILE", help: "tokenizer.json of a recorded model or a server's" },
      { name: "prompt", type: "string", metavar: "TEXT", help: "The text to go on from" },
      { name: "maxTokens", type: "integer", min: 1, metavar: "N", help: "Most tokens to write (default 128)" },
      { name: "stop", type: "string", metavar: "TEXT", help: "A text that ends it, and is left out" },
      { name: "jsonSchema", type: "string", metavar: "FILE", help: "Write only JSON that this schema allows" },
      ...drawFlags,
    ]),
    ...samplerFlags(),
    ...under("As an engine does", [profileFlag, temperatureLastFlag, chainFlag]),
    ...under("What to show", [
      { name: "top", type: "integer", min: 0, metavar: "N", help: "List so many of the tokens kept at each step" },
      { name: "trace", type: "boolean", help: "Say what every sampler did at each step" },
      { name: "record", type: "string", metavar: "OUT.npz", help: "Keep every step's logits (f16) and the tokens" },
      sweepFlag,
      jsonFlag,
    ]),
  ];
}
