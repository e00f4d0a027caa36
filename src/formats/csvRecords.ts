// Records of a text table as text: what finds out how a table is written, and reads the records that are out of the ordinary.
import { LogitsError } from "../core/index.js";
import type { Line } from "./lines.js";

export interface Record_ {
  fields: string[];
  line: number;
}

export function refuse(message: string, hint?: string): never {
  throw new LogitsError("bad-data", message, hint === undefined ? {} : { hint });
}

export function refuseRagged(file: string, columns: number, { fields, line }: Record_): never {
  return refuse(`Cannot read ${file}: every row must have ${columns} fields, got ${fields.length} at line ${line}`);
}

/** The record that begins with the next line that is not blank; undefined at the end. A quoted field may go on over many lines. */
export async function readRecord(
  nextLine: () => Promise<Line | undefined>,
  delimiter: string,
  file: string,
): Promise<Record_ | undefined> {
  let open: Line | undefined;
  for (let next = await nextLine(); next; next = await nextLine()) {
    const { text, line } = next;
    if (open) {
      open.text += `\n${text}`;
      if (quotesBalanced(open.text))
        return { fields: splitQuoted(open.text, delimiter, file, open.line), line: open.line };
      if (line - open.line > 1000) break;
      continue;
    }
    if (text.trim() === "") continue;
    if (!text.includes('"')) return { fields: text.split(delimiter), line };
    if (quotesBalanced(text)) return { fields: splitQuoted(text, delimiter, file, line), line };
    open = { text, line };
  }
  if (open) refuse(`Cannot read ${file}: a quote must be closed, got one left open at line ${open.line}`);
  return undefined;
}

const quotesBalanced = (text: string): boolean => (text.match(/"/g)?.length ?? 0) % 2 === 0;

function splitQuoted(text: string, delimiter: string, file: string, line: number): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      fields.push(end === -1 ? text.slice(at) : text.slice(at, end));
      if (end === -1) return fields;
      at = end + delimiter.length;
      continue;
    }
    let end = at + 1;
    while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
    fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
    if (end + 1 === text.length) return fields;
    if (!text.startsWith(delimiter, end + 1))
      refuse(
        `Cannot read ${file}: a closing quote must end its field, got ${JSON.stringify(text[end + 1])} after it at line ${line}`,
      );
    at = end + 1 + delimiter.length;
  }
}

const special = new Map([
  ["inf", Infinity],
  ["+inf", Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-inf", -Infinity],
  ["-infinity", -Infinity],
  ["nan", NaN],
  ["na", NaN],
]);

/** The number a field says; undefined when it says none. */
export function parseNumber(field: string): number | undefined {
  const value = +field;
  if (value === value && field !== "" && (value !== 0 || field.trim() !== "")) return value;
  return special.get(field.trim().toLowerCase());
}
