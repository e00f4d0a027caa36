import { conformalRisks, conformalScores } from "../conform/index.js";
import { methodFlags, paramHelp } from "../plan/flags.js";
import type { Flag } from "./command.js";
import { calibratorFlag, inputFlags, jsonFlag, outputFlag, seedFlag } from "./flags.js";

const scoreNames = conformalScores.map(({ name }) => name);
const riskNames = conformalRisks.map(({ name }) => name);
const riskControl = "Risk control";

const fromMethods: Flag[] = methodFlags([...conformalScores, ...conformalRisks]).map(
  ({ methods, default: usual, ...flag }) => ({
    ...flag,
    ...(flag.type === "string" && { metavar: "A,B,…" }),
    ...(conformalRisks.some(({ name }) => methods.includes(name)) && { group: riskControl }),
    help: paramHelp({ ...flag, ...(usual === undefined ? {} : { default: usual }) }, methods),
  }),
);

/** What only a fit reads. */
const fitFlags: Flag[] = [
  {
    name: "alpha",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    metavar: "A",
    help: "Share of rows whose set may miss the truth, or bound of --risk (in (0, 1); default 0.1)",
  },
  {
    name: "score",
    type: "choice",
    choices: scoreNames,
    metavar: "S",
    help: `How badly a class fits: ${scoreNames.join(", ")} (default raps)`,
  },
  {
    name: "noRandomise",
    type: "boolean",
    help: "Take a class that is partly in as wholly in: sets are larger and cover more than they must",
  },
  seedFlag,
  {
    name: "by",
    type: "choice",
    choices: ["all", "class", "cluster"],
    help: "One threshold for all rows, for each true class, or for each cluster of classes (default all)",
  },
  { name: "group", type: "string", metavar: "COLUMN", help: "One threshold for each value of this column" },
  {
    name: "clusters",
    type: "integer",
    min: 1,
    metavar: "N",
    help: "How many clusters (default: what the rows suggest)",
  },
  { name: "eval", type: "string", metavar: "FILE2", help: "Measure on these rows (default: a seeded 5-fold estimate)" },
  { name: "keepScores", type: "boolean", help: "Keep the calibration scores in C.json: sets then come with p-values" },
  {
    name: "risk",
    type: "choice",
    choices: riskNames,
    group: riskControl,
    metavar: "R",
    help: `Keep this at most alpha instead: ${riskNames.join(", ")}`,
  },
  {
    name: "control",
    type: "choice",
    choices: ["crc", "rcps", "ltt"],
    group: riskControl,
    help: "In expectation (crc), with confidence 1 − delta (rcps), by tests over a grid (ltt) (default crc)",
  },
  {
    name: "delta",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    group: riskControl,
    metavar: "D",
    help: "Share of calibration draws in which the risk may be higher, for rcps, ltt (in (0, 1); default 0.1)",
  },
  {
    name: "truths",
    type: "string",
    group: riskControl,
    metavar: "T.npy",
    help: "Rows × classes of 0 and 1, where rows have several true classes; --score sigmoid goes with it",
  },
  { name: "evalTruths", type: "string", group: riskControl, metavar: "T2.npy", help: "The same of FILE2" },
  ...fromMethods,
];

/** Flags that a document made by a fit already answers. */
export const fitOnly: readonly string[] = [...fitFlags.map(({ name }) => name), "calibrator"];

export const conformFlags: Flag[] = [
  ...inputFlags,
  ...fitFlags,
  calibratorFlag,
  {
    name: "sets",
    type: "string",
    metavar: "C.json",
    help: "Give the set of every row by this document, as JSON lines",
  },
  outputFlag("OUT", "Write the document here (C.json); with --sets the JSON lines"),
  jsonFlag,
];
