import { toLogits, type Logits, type SampleContext } from "../core/index.js";
import { maskOf } from "../sample/index.js";
import { type Flag, type Invocation, type Terminal, UsageError } from "./command.js";
import { inputRow } from "./inputRow.js";

/** What a step may be given beside its row. */
export const secondFlags: Flag[] = [
  {
    name: "other",
    type: "string",
    metavar: "N|[…]",
    help: "The other row for guidance, contrast and layers: a row of FILE, or a JSON array",
  },
  { name: "allowed", type: "string", metavar: "ID,ID,…", help: "The only tokens that may be drawn" },
];

/** The second row and the mask, where they are asked for. */
export async function secondContext(
  invocation: Invocation,
  terminal: Terminal,
  tokens: number,
): Promise<Pick<SampleContext, "other" | "mask">> {
  const { flags } = invocation;
  return {
    ...(flags["other"] !== undefined && { other: await otherRow(String(flags["other"]), invocation, terminal) }),
    ...(flags["allowed"] !== undefined && { mask: maskOf(tokens, idsOf(String(flags["allowed"]), tokens)) }),
  };
}

async function otherRow(text: string, invocation: Invocation, terminal: Terminal): Promise<Logits> {
  const written = text.trimStart().startsWith("[");
  if (!written && !/^\d+$/.test(text))
    throw new UsageError(`--other: it must be the number of a row of FILE or a JSON array, got ${text}`);
  if (!written && invocation.args[0]!.trimStart().startsWith("["))
    throw new UsageError("--other: beside a row that is written out it must be a JSON array too");
  const { id: _, row: __, ...flags } = invocation.flags;
  const asked: Invocation = written
    ? { ...invocation, args: [text], flags }
    : { ...invocation, flags: { ...flags, row: Number(text) } };
  return toLogits((await inputRow("sample", asked, terminal, { vector: "row" })).row).values as Logits;
}

function idsOf(text: string, tokens: number): number[] {
  const ids = text.split(",").map(Number);
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= tokens);
  if (wrong !== undefined) throw new UsageError(`--allowed: ids must be integers in [0, ${tokens - 1}], got ${wrong}`);
  return ids;
}
