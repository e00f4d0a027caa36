import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { type ColumnInfo, columnRoles } from "./columnRoles.js";
import { textLines } from "./lines.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "./table.js";

interface Record_ {
  fields: string[];
  line: number;
}

/** Lines looked at to find the delimiter, the header and the types of columns. */
const sampled = 200;
const delimiters = [",", "\t", ";", "|"];

/**
 * A text table: quotes ("" for a quote inside), any delimiter, header or none, BOM, CRLF. One class a column.
 * Numbers are those of `Number()`, and inf, -inf, nan in the usual spellings.
 */
export async function readCsv(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  const head: { text: string; line: number }[] = [];
  for await (const line of textLines(bytes)) {
    if (line.text.trim() !== "") head.push(line);
    if (head.length === sampled) break;
  }
  if (head.length === 0) refuse(`Cannot read ${file}: it must have at least one row, got none`);
  const delimiter = options.delimiter ?? detectDelimiter(head.map(({ text }) => text));
  const sample: Record_[] = [];
  for await (const record of records(bytes, delimiter, file)) {
    sample.push(record);
    if (sample.length === sampled) break;
  }
  const first = sample[0]!.fields;
  const ragged = sample.find(({ fields }) => fields.length !== first.length);
  if (ragged) refuseRagged(file, first.length, ragged);
  const counted = countsColumns(sample);
  const hasHeader =
    counted ||
    (first.some((field) => parseNumber(field) === undefined && field.trim() !== "") &&
      (sample.length > 1 || first.every((field) => parseNumber(field) === undefined)));
  const data = hasHeader ? sample.slice(1) : sample;
  if (data.length === 0) refuse(`Cannot read ${file}: it must have at least one row below its header, got none`);
  const columns = describe(hasHeader ? first.map((field) => field.trim()) : first.map((_, k) => String(k)), data);
  checkDecimalComma(file, delimiter, data, columns);
  const roles = columnRoles(file, columns, options);
  const notes = [...roles.notes];
  if (counted) notes.push("The first line counts the columns: read as their names.");
  const table: RawTable = {
    format: "csv",
    dtype: "text",
    columns: roles.scores.length,
    notes,
    async *blocks(rowsPerBlock) {
      let block = startBlock(rowsPerBlock, roles, columns);
      let header = hasHeader;
      for await (const record of records(bytes, delimiter, file)) {
        if (header) {
          header = false;
          continue;
        }
        addRecord(block, record, roles, columns, file);
        if (block.rows === rowsPerBlock) {
          yield block;
          block = startBlock(rowsPerBlock, roles, columns);
        }
      }
      if (block.rows > 0) yield { ...block, values: block.values.subarray(0, block.rows * roles.scores.length) };
    },
  };
  if (hasHeader) table.columnNames = roles.scores.map((index) => columns[index]!.name);
  if (roles.label !== undefined) {
    table.labelsFrom = hasHeader ? `column ${columns[roles.label]!.name}` : `column ${roles.label}`;
    table.labelWidth = 1;
  }
  return table;
}

/**
 * Whether the first line is 0, 1, 2 … or 1, 2, 3 …, perhaps after the empty name of an index: names that pandas gives to columns which have none.
 * A pair may be a row of scores; it is a header when no other row is whole.
 */
function countsColumns(sample: Record_[]): boolean {
  const fields = sample[0]!.fields.map((field) => field.trim());
  const index = fields[0] === "";
  const names = index ? fields.slice(1) : fields;
  const from = Number(names[0]);
  if (sample.length < 2 || names.length < 2 || (from !== 0 && from !== 1)) return false;
  if (!names.every((name, k) => name === String(from + k))) return false;
  const whole = ({ fields: other }: Record_): boolean => other.every((field) => /^\s*[-+]?\d+\s*$/.test(field));
  return index || names.length > 2 || !sample.slice(1).some(whole);
}

function refuse(message: string, hint?: string, row?: number): never {
  throw new LogitsError("bad-data", message, {
    ...(hint === undefined ? {} : { hint }),
    ...(row === undefined ? {} : { row }),
  });
}

function refuseRagged(file: string, columns: number, { fields, line }: Record_): never {
  return refuse(`Cannot read ${file}: every row must have ${columns} fields, got ${fields.length} at line ${line}`);
}

/** The one that occurs equally often, at least once, in the most lines. */
function detectDelimiter(lines: string[]): string {
  let best = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => line.replaceAll(/"[^"]*"/g, "").split(delimiter).length - 1);
    const score =
      counts[0] === 0
        ? 0
        : counts.filter((count) => count === counts[0]).length / counts.length + Math.min(counts[0]!, 100) / 1000;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

async function* records(bytes: Bytes, delimiter: string, file: string): AsyncIterable<Record_> {
  let open: { text: string; line: number } | undefined;
  for await (const { text, line } of textLines(bytes)) {
    if (open) {
      open.text += `\n${text}`;
      if (quotesBalanced(open.text)) {
        yield { fields: splitQuoted(open.text, delimiter, file, open.line), line: open.line };
        open = undefined;
      } else if (line - open.line > 1000) break;
      continue;
    }
    if (text.trim() === "") continue;
    if (!text.includes('"')) yield { fields: text.split(delimiter), line };
    else if (quotesBalanced(text)) yield { fields: splitQuoted(text, delimiter, file, line), line };
    else open = { text, line };
  }
  if (open) refuse(`Cannot read ${file}: a quote must be closed, got one left open at line ${open.line}`);
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
function parseNumber(field: string): number | undefined {
  const value = +field;
  if (value === value && field !== "" && (value !== 0 || field.trim() !== "")) return value;
  return special.get(field.trim().toLowerCase());
}

function describe(names: string[], data: Record_[]): ColumnInfo[] {
  return names.map((name, k) => {
    const numeric = data.filter(({ fields }) => parseNumber(fields[k] ?? "") !== undefined).length;
    // One stray word in a column of numbers is an error of that row, not another type.
    return numeric * 2 > data.length
      ? {
          name,
          kind: "number",
          type: "numbers",
          whole: data.every(({ fields }) => Number.isInteger(parseNumber(fields[k] ?? ""))),
        }
      : { name, kind: "other", type: "text" };
  });
}

function checkDecimalComma(file: string, delimiter: string, data: Record_[], columns: ColumnInfo[]): void {
  const comma = data.find(({ fields }) => fields.some((field) => /^\s*-?\d+,\d+\s*$/.test(field)));
  if (delimiter !== "," && comma && columns.some(({ kind }) => kind === "other")) {
    const field = comma.fields.find((text) => /^\s*-?\d+,\d+\s*$/.test(text));
    refuse(
      `Cannot read ${file}: numbers must have a decimal point, got ${field} at line ${comma.line}`,
      "Export it with decimal points, not commas.",
    );
  }
}

type Roles = ReturnType<typeof columnRoles>;

function startBlock(rows: number, roles: Roles, columns: ColumnInfo[]): RawBlock {
  const block: RawBlock = { rows: 0, values: new Float64Array(rows * roles.scores.length) };
  if (roles.label !== undefined) block.labels = [];
  if (roles.id !== undefined) block.ids = [];
  if (roles.slices.length > 0)
    block.slices = Object.fromEntries(roles.slices.map((index) => [columns[index]!.name, []]));
  return block;
}

function addRecord(
  block: RawBlock,
  { fields, line }: Record_,
  roles: Roles,
  columns: ColumnInfo[],
  file: string,
): void {
  if (fields.length !== columns.length) refuseRagged(file, columns.length, { fields, line });
  const start = block.rows * roles.scores.length;
  for (let k = 0; k < roles.scores.length; k++) {
    const field = fields[roles.scores[k]!]!;
    const value = parseNumber(field);
    if (value === undefined) {
      const got = field.trim() === "" ? "nothing" : JSON.stringify(field.slice(0, 40));
      const comma = /^\s*-?\d+,\d+\s*$/.test(field);
      refuse(
        `Cannot read ${file}: column ${columns[roles.scores[k]!]!.name} must be a number, got ${got} at line ${line}`,
        comma ? "Export it with decimal points, not commas." : undefined,
      );
    }
    block.values[start + k] = value!;
  }
  if (roles.label !== undefined) (block.labels as string[]).push(fields[roles.label]!.trim());
  if (roles.id !== undefined) block.ids!.push(fields[roles.id]!);
  for (const index of roles.slices) block.slices![columns[index]!.name]!.push(fields[index]!);
  block.rows++;
}
