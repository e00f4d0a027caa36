import type { Bytes } from "../formats/index.js";
import { type GgufSummary, ggufSummary } from "../models/ggufSummary.js";
import type { Terminal } from "./command.js";
import { toJson } from "./json.js";

/** Says what is in a GGUF file. */
export async function showGguf(bytes: Bytes, json: boolean, terminal: Terminal): Promise<void> {
  const found = await ggufSummary(bytes);
  if (json) return terminal.out(`${toJson(found)}\n`);
  const { vocabulary } = found;
  const number = (value: number | undefined): string => value?.toLocaleString("en") ?? "not said";
  const lines: [string, string][] = [
    ["model", `${found.name ?? "without a name"} (GGUF version ${found.version})`],
    ["kind", `${found.architecture}, ${number(found.parameters)} weights, ${(found.bytes / 1e6).toFixed(1)} MB`],
    ["shape", `${number(found.layers)} layers of ${number(found.dimensions)}, ${number(found.heads)} heads`],
    ["context", `${number(found.contextSize)} tokens`],
    ["stored as", found.types.map(({ type, tensors }) => `${type} (${tensors} tensors)`).join(", ")],
    [
      "tokens",
      `${number(vocabulary.size)}, ${vocabulary.tokenizer ?? "of an unknown kind"}${vocabulary.pre ? ` (${vocabulary.pre})` : ""}`,
    ],
    ["begins", beginning(vocabulary)],
    ["ends", vocabulary.eos === undefined ? "not said" : `with token ${vocabulary.eos}`],
    ["licence", found.licence ?? "not said"],
  ];
  for (const [name, value] of lines) terminal.out(`${name.padEnd(10)} ${value}\n`);
}

function beginning({ addsBos, bos }: GgufSummary["vocabulary"]): string {
  if (addsBos === undefined) return "not said";
  return addsBos && bos !== undefined ? `with token ${bos}` : "with the text itself";
}
