import { stat } from "node:fs/promises";
import { inspect } from "../../plan/inspect.js";
import { inspectPayload, type PayloadInspection } from "../../plan/inspectPayload.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { openPayload } from "../payload.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  if (await inspectModel(invocation, terminal)) return DONE;
  const payload = await openPayload(invocation);
  if (payload) {
    const { vocabulary } = invocation.flags;
    return showPayload(
      inspectPayload(payload, vocabulary === undefined ? {} : { vocabulary: Number(vocabulary) }),
      invocation,
      terminal,
    );
  }
  const source = await openInput(invocation, terminal);
  const found = await inspect(source);
  if (invocation.flags["json"]) {
    terminal.out(`${toJson(found)}\n`);
    return DONE;
  }
  const lines: [string, string][] = [
    ["kind", found.kind],
    ["rows", found.rows.toLocaleString("en")],
    ["classes", `${found.classes.toLocaleString("en")} (${shorten(found.classNames)})`],
    ["stored as", found.dtype ?? "unknown"],
    ["range", `${number(found.ranges.min)} … ${number(found.ranges.max)}`],
    ["row sums", `${number(found.ranges.rowSum[0])} … ${number(found.ranges.rowSum[1])}`],
  ];
  if (found.labels)
    lines.push(["labels", `from ${found.labels.from}, ${found.labels.present} of ${found.classes} classes present`]);
  else lines.push(["labels", "none"]);
  if (found.accuracy !== undefined) lines.push(["accuracy", `${(100 * found.accuracy).toFixed(2)} %`]);
  if (found.masked > 0)
    lines.push(["masked", `${found.masked.toLocaleString("en")} rows have a masked class (−Infinity)`]);
  if (found.ties > 0)
    lines.push([
      "ties",
      `${found.ties.toLocaleString("en")} rows have two equal largest scores; the lowest index counts as the winner`,
    ]);
  for (const [name, value] of lines) terminal.out(`${name.padEnd(10)} ${value}\n`);
  return DONE;
}

/** A model is no table: it is shown as what it is. */
async function inspectModel({ args, flags }: Invocation, terminal: Terminal): Promise<boolean> {
  const [path] = args;
  if (args.length !== 1 || !/\.gguf$/i.test(path!)) return false;
  // A folder may be called so too, and what is not there is said where tables are opened.
  if (!(await stat(path!).catch(() => undefined))?.isFile()) return false;
  const [{ fileBytes }, { showGguf }] = await Promise.all([import("../../formats/file.js"), import("../ggufCard.js")]);
  const bytes = await fileBytes(path!);
  try {
    await showGguf(bytes, flags["json"] === true, terminal);
    return true;
  } finally {
    await bytes.close();
  }
}

function showPayload(found: PayloadInspection, { flags }: Invocation, terminal: Terminal): number {
  if (flags["json"]) {
    terminal.out(`${toJson(found)}\n`);
    return DONE;
  }
  for (const note of found.notes) terminal.err(`${note}\n`);
  const { coverage, promptPerplexity, bitsPerByte, least } = found;
  const masses = coverage === "full" ? [] : coverage.mass.toSorted((a, b) => a - b);
  const lines: [string, string][] = [
    ["kind", `logprobs of ${found.engine} (${found.shape})`],
    ["stage", found.temperature === undefined ? found.stage : `${found.stage}, temperature ${found.temperature}`],
    ["tokens", `${found.tokens}${found.promptTokens === undefined ? "" : `, and ${found.promptTokens} of the prompt`}`],
    [
      "coverage",
      coverage === "full"
        ? "full"
        : `top ${coverage.topK}; they have ${number(100 * masses[0]!)} % to ${number(100 * masses.at(-1)!)} %`,
    ],
    ["perplexity", ends(found.perplexity)],
    ...(promptPerplexity ? ([["of prompt", ends(promptPerplexity)]] as [string, string][]) : []),
    ...(bitsPerByte ? ([["bits/byte", ends(bitsPerByte)]] as [string, string][]) : []),
    ["entropy", `${ends(found.entropy)} nats a token`],
    [
      "least sure",
      `${least.text === "" && least.id !== undefined ? `id ${least.id}` : JSON.stringify(least.text)}, token ${least.index}: ln p ${number(least.logprob)}`,
    ],
    ["text", JSON.stringify(found.text.length <= 60 ? found.text : `${found.text.slice(0, 60)}…`)],
  ];
  for (const [name, value] of lines) terminal.out(`${name.padEnd(10)} ${value}\n`);
  return DONE;
}

/** A point where the interval is narrow enough for one, else its ends. */
function ends({ lo, hi, value }: PayloadInspection["perplexity"]): string {
  if (value !== undefined) return number(value);
  return hi === Infinity ? `at least ${number(lo)}` : `${number(lo)} … ${number(hi)}`;
}

function number(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 });
}

function shorten(names: string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, … ${names.at(-1)}`;
}
