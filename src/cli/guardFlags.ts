import { detectors } from "../guard/index.js";
import { methodFlags, paramHelp } from "../plan/flags.js";
import type { Flag } from "./command.js";
import { inputFlags, jsonFlag, outputFlag, seedFlag } from "./flags.js";

const replicatesFlag: Flag = {
  name: "replicatesKey",
  type: "string",
  metavar: "KEY",
  help: "Array of replicates (rows, replicates, classes) beside the scores: the same items under noise, with words left out …",
};
const guardFlag: Flag = { name: "guard", type: "string", metavar: "G.json", help: "The guard (logits guard fit … -o)" };
const input: Flag[] = [...inputFlags, replicatesFlag];

export const guardFitFlags: Flag[] = [
  ...input,
  {
    name: "by",
    type: "choice",
    choices: ["predicted", "none"],
    help: "Rank rows among benign ones of the same predicted class, or among all (default predicted)",
  },
  {
    name: "method",
    type: "choice",
    choices: ["fisher", "bonferroni"],
    help: "How p-values become one: Fisher's sum ranked again on other rows, or the smallest times their number (default fisher)",
  },
  {
    name: "detectors",
    type: "string",
    metavar: "A,B,…",
    help: `Only these: ${detectors.map(({ name }) => name).join(", ")}`,
  },
  ...methodFlags(detectors).map(({ methods, default: given, ...flag }) => ({
    ...flag,
    help: paramHelp({ ...flag, ...(given === undefined ? {} : { default: given }) }, methods),
  })),
  {
    name: "minRows",
    type: "integer",
    min: 1,
    help: "Rank a class by itself where about so many of its benign rows are there for it (default 100)",
  },
  { name: "keep", type: "integer", min: 1, help: "Rows kept of a group at most, drawn by seed (default 2000)" },
  seedFlag,
  outputFlag("G.json", "Where to write the guard"),
  jsonFlag,
];

export const guardScoreFlags: Flag[] = [
  ...input,
  guardFlag,
  {
    name: "level",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    help: "Count rows with p ≤ this as unusual (default 0.01)",
  },
  { name: "top", type: "integer", min: 0, help: "How many of the most unusual rows to show (default 10)" },
  {
    name: "watch",
    type: "boolean",
    help: "Take the rows as a stream and ring when they are no longer like the benign ones; exit status 1 then",
  },
  {
    name: "falseAlarm",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    help: "Share of blocks of unchanged rows that may ring (default 0.01)",
  },
  { name: "block", type: "integer", min: 1, help: "Rows after which the alarm begins anew (default 10000)" },
  { ...seedFlag, help: "Seed of the order among equal values under --watch" },
  outputFlag("OUT.jsonl", "Write all rows as JSON lines"),
  jsonFlag,
];

export const guardEvaluateFlags: Flag[] = [
  ...input,
  guardFlag,
  { name: "benign", type: "string", metavar: "FILE", help: "Benign rows that the guard was not fitted on" },
  {
    name: "attack",
    type: "string",
    metavar: "NAME=FILE",
    many: true,
    help: "Rows of one attack, under its name; may be given again",
  },
  {
    name: "passes",
    type: "string",
    metavar: "A,B,…",
    help: "Classes an attack wants to be taken for (default: those at least 5 % of the guard's benign rows were predicted as)",
  },
  jsonFlag,
];
