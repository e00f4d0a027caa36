import { stat } from "node:fs/promises";
import { type LogprobCapture, readLogprobs, type ReadLogprobsOptions, shapesOfLogprobs } from "../formats/index.js";
import type { Flag, Invocation } from "./command.js";
import { bytesAt } from "./input.js";

/** How to read a payload of log-probabilities: what it does not say itself. */
export const payloadFlags: Flag[] = [
  {
    name: "shape",
    type: "string",
    metavar: "NAME",
    help: "Payload of log-probabilities: its shape, when keys fit two",
  },
  { name: "engine", type: "string", metavar: "NAME", help: "The same: who wrote it (vllm, llama.cpp, web-llm …)" },
  {
    name: "stage",
    type: "choice",
    choices: ["raw", "processed", "unknown"],
    metavar: "STAGE",
    help: "The same: before (raw) or after (processed) temperature and filters",
  },
  { name: "choice", type: "integer", min: 0, metavar: "N", help: "The same: which of several answers (default 0)" },
  {
    name: "vocabulary",
    type: "integer",
    min: 1,
    metavar: "N",
    help: "The same: number of tokens of the model, for the upper end of its entropy",
  },
  { name: "allowRounded", type: "boolean", help: "The same: read values of two decimals or fewer" },
];

/** A payload is an answer of a server, not a table of millions of rows. */
const largest = 16 * 2 ** 20;
/** What every shape has somewhere near its beginning. */
const marks = /logprob|completion_probabilities|logProbability|"(sequences|scores)"/;

/** The log-probabilities in FILE when it is a payload of some server; undefined when it is a table, or anything else. */
export async function openPayload({ args, flags }: Invocation): Promise<LogprobCapture | undefined> {
  const [path] = args;
  if (path === undefined || args.length > 1) return undefined;
  if (path !== "-" && !(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const bytes = await bytesAt(path);
  if (bytes.byteLength > largest) return undefined;
  const text = new TextDecoder().decode(await bytes.slice(0, bytes.byteLength));
  const asked = flags["shape"] !== undefined;
  if (!asked && !(marks.test(text.slice(0, 2 ** 16)) && shapesOfLogprobs(text).length > 0)) return undefined;
  return readLogprobs(text, payloadOptions(flags));
}

function payloadOptions(flags: Invocation["flags"]): ReadLogprobsOptions {
  const options: ReadLogprobsOptions = {};
  if (flags["shape"] !== undefined) options.shape = String(flags["shape"]);
  if (flags["engine"] !== undefined) options.engine = String(flags["engine"]);
  if (flags["stage"] !== undefined) options.stage = flags["stage"] as NonNullable<ReadLogprobsOptions["stage"]>;
  if (flags["choice"] !== undefined) options.choice = Number(flags["choice"]);
  if (flags["vocabulary"] !== undefined) options.vocabulary = Number(flags["vocabulary"]);
  if (flags["allowRounded"]) options.allowRounded = true;
  return options;
}
