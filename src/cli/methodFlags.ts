import { compatNames } from "../measure/index.js";
import { methodFlags, paramHelp } from "../plan/flags.js";
import { type Methods, methods } from "../plan/methods.js";
import type { Flag } from "./command.js";
import { calibratorFlag, inputFlags, jsonFlag, outputFlag, seedFlag } from "./flags.js";

const fromMethods = (family: Methods[keyof Methods]): Flag[] =>
  // A default belongs to the method, which applies it; here it is only said.
  methodFlags(family).map(({ methods: readers, default: _, ...flag }) => ({
    ...flag,
    help: paramHelp({ ...flag, ...(_ === undefined ? {} : { default: _ }) }, readers),
  }));

const measuring = (registry: Methods): Flag[] => [
  {
    name: "metrics",
    type: "string",
    metavar: "A,B,…",
    help: `Only these: ${registry.metrics.map(({ name }) => name).join(", ")}`,
  },
  ...fromMethods(registry.metrics),
  {
    name: "compat",
    type: "choice",
    choices: compatNames,
    help: "Measure by the conventions of this library instead",
  },
  seedFlag,
  {
    name: "replicates",
    type: "integer",
    min: 0,
    max: 100_000,
    help: "Bootstrap replicates behind an interval; 0 for none",
  },
  { name: "allowInfinite", type: "boolean", help: "Let a masked true label make the NLL infinite instead of stopping" },
  {
    name: "engine",
    type: "choice",
    choices: ["local", "threads"],
    help: "Where to compute (default: threads from 2e7 scores on)",
  },
];

export async function evaluateFlags(registry: Methods = methods): Promise<Flag[]> {
  return [
    ...inputFlags,
    calibratorFlag,
    ...measuring(registry),
    {
      name: "rankStatistics",
      type: "boolean",
      help: "Compute rank statistics even over more than 2e7 scores (their memory grows with the rows)",
    },
    {
      name: "explainDifferences",
      type: "boolean",
      help: "Say why libraries disagree on this file, with each one's values",
    },
    jsonFlag,
  ];
}

export async function calibrateFlags(registry: Methods = methods): Promise<Flag[]> {
  const names = registry.calibrators.map(({ name }) => name);
  return [
    ...inputFlags,
    {
      name: "method",
      type: "choice",
      choices: [...names, "auto"],
      default: "temperature",
      metavar: "M",
      help: `How: ${[...names, "auto"].join(", ")} (default temperature)`,
    },
    {
      name: "eval",
      type: "string",
      metavar: "FILE2",
      help: "Measure before and after on these rows (default: a seeded 5-fold estimate)",
    },
    ...fromMethods(registry.calibrators),
    ...measuring(registry),
    outputFlag("C.json", "Write the calibrator here"),
    jsonFlag,
  ];
}

export async function triageFlags(registry: Methods = methods): Promise<Flag[]> {
  return [
    ...inputFlags,
    {
      name: "top",
      type: "integer",
      min: 0,
      default: 20,
      metavar: "N",
      help: "How many rows to list of each verdict",
    },
    ...fromMethods(registry.verdicts),
    calibratorFlag,
    outputFlag("ITEMS.jsonl", "Write every listed row as a JSON line"),
    jsonFlag,
  ];
}

export async function reportFlags(registry: Methods = methods): Promise<Flag[]> {
  return [
    ...inputFlags,
    calibratorFlag,
    ...measuring(registry),
    outputFlag("R.html", "Where to write the report (default report.html)"),
    jsonFlag,
  ];
}
