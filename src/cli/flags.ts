import type { ReadOptions } from "../formats/index.js";
import type { Flag, Invocation } from "./command.js";
import { UsageError } from "./command.js";

/** How to read FILE: the same for every command. */
export const inputFlags: Flag[] = [
  {
    name: "kind",
    type: "choice",
    choices: ["logits", "logprobs", "probs", "percent", "binary-logits", "binary-probs"],
    metavar: "KIND",
    help: "What the numbers are, when they cannot say so themselves: logits, logprobs, probs, percent, binary-logits or binary-probs (one column)",
  },
  {
    name: "format",
    type: "string",
    metavar: "NAME",
    help: "File format, when neither content nor extension says it (csv, jsonl, npz, …)",
  },
  {
    name: "logitsKey",
    type: "string",
    metavar: "KEY",
    help: "Array of scores in an npz, safetensors, pt or json file (default logits, else probs)",
  },
  { name: "labelsKey", type: "string", metavar: "KEY", help: "Array of labels in such a file (default labels)" },
  { name: "classes", type: "string", metavar: "A,B,…", help: "Names of the classes, in column order" },
  {
    name: "labelsColumn",
    type: "string",
    metavar: "NAME",
    help: "Column of true classes (default: the one named label, labels, target, truth or y)",
  },
  {
    name: "labelBase",
    type: "choice",
    choices: ["0", "1"],
    metavar: "0|1",
    help: "What integer labels call the first class (default: 1 when no label is 0 and the largest is the number of classes, else 0)",
  },
  { name: "idColumn", type: "string", metavar: "NAME", help: "Column that identifies a row (default id)" },
  { name: "sliceColumns", type: "string", metavar: "A,B,…", help: "Columns that divide the rows into slices" },
  { name: "delimiter", type: "string", metavar: "C", help: "Field delimiter of a text table (default: detected)" },
  {
    name: "axes",
    type: "string",
    metavar: "A,B,C",
    help: "Order of the axes of a 3-D array: a permutation of rows,replicates,classes",
  },
  { name: "replicate", type: "string", metavar: "K|mean", help: "Which replicate of a 3-D array, or the mean of all" },
];

export const jsonFlag: Flag = { name: "json", type: "boolean", help: "Print one JSON document and nothing else" };
export const seedFlag: Flag = {
  name: "seed",
  type: "integer",
  min: 0,
  max: 2 ** 32 - 1,
  default: 0,
  help: "Seed of everything random",
};
export const calibratorFlag: Flag = {
  name: "calibrator",
  type: "string",
  metavar: "C.json",
  help: "Apply this calibrator first",
};
export const temperatureFlag: Flag = {
  name: "temperature",
  type: "number",
  min: 0,
  exclusiveMin: true,
  noop: 1,
  metavar: "T",
  help: "Divide the logits by T first",
};
export const outputFlag = (metavar: string, help: string): Flag => ({
  name: "output",
  short: "o",
  type: "string",
  metavar,
  help,
});

export function readOptions({ flags }: Invocation): ReadOptions {
  const options: ReadOptions = {};
  if (flags["kind"]) options.kind = flags["kind"] as NonNullable<ReadOptions["kind"]>;
  for (const name of ["format", "logitsKey", "labelsKey", "labelsColumn", "idColumn", "delimiter"] as const) {
    if (flags[name] !== undefined) options[name] = String(flags[name]);
  }
  if (flags["labelBase"] !== undefined) options.labelBase = flags["labelBase"] === "1" ? 1 : 0;
  if (options.delimiter === "\\t" || options.delimiter === "tab") options.delimiter = "\t";
  for (const name of ["classes", "sliceColumns", "axes"] as const) {
    if (flags[name] !== undefined) options[name] = list(String(flags[name]));
  }
  if (flags["replicate"] !== undefined) {
    const replicate = flags["replicate"] === "mean" ? "mean" : Number(flags["replicate"]);
    if (replicate !== "mean" && (!Number.isInteger(replicate) || replicate < 0)) {
      throw new UsageError(`--replicate: it must be an integer ≥ 0 or mean, got ${flags["replicate"]}`);
    }
    options.replicate = replicate;
  }
  return options;
}

export function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}
