import { nameOf } from "./bytes.js";
import { type ColumnInfo, columnRoles } from "./columnRoles.js";
import { csvBlocks, type CsvLayout } from "./csvBlocks.js";
import { parseNumber, type Record_, readRecord, refuse, refuseRagged } from "./csvRecords.js";
import { type Line, textLines } from "./lines.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

/** Lines looked at to find the delimiter, the header and the types of columns; fewer where lines are long. */
const sampled = 200;
const leastSampled = 20;
const sampledLetters: number = 2 ** 17;
const delimiters = [",", "\t", ";", "|"];

/** A text table as it was understood from its first lines. */
export interface CsvHead {
  /** Without its rows. */
  table: Omit<RawTable, "blocks">;
  layout: CsvLayout;
}

/**
 * A text table: quotes ("" for a quote inside), any delimiter, header or none, BOM, CRLF. One class a column.
 * Numbers are those of `Number()`, and inf, -inf, nan in the usual spellings.
 */
export async function readCsv(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const { table, layout } = await csvHead(textLines(bytes), nameOf(bytes), options);
  return { ...table, blocks: (rowsPerBlock) => csvBlocks(bytes, layout, rowsPerBlock) };
}

/** @param looked lines that are looked at, at most */
export async function csvHead(
  lines: AsyncGenerator<Line, undefined>,
  file: string,
  options: ReadOptions,
  looked: number = sampled,
): Promise<CsvHead> {
  const seen: Line[] = [];
  const head: string[] = [];
  // Excel may write a line before all others that says what is between fields.
  let said: string | undefined;
  for (let letters = 0; head.length < looked && (head.length < leastSampled || letters < sampledLetters); ) {
    const { value } = await lines.next();
    if (!value) break;
    if (seen.length === 0 && said === undefined) {
      said = /^sep=(.)$/i.exec(value.text)?.[1];
      if (said !== undefined) continue;
    }
    seen.push(value);
    if (value.text.trim() === "") continue;
    head.push(value.text);
    letters += value.text.length;
  }
  if (head.length === 0) refuse(`Cannot read ${file}: it must have at least one row, got none`);
  if (head.length === 1 && /\r./.test(unquoted(head[0]!)))
    refuse(
      `Cannot read ${file}: lines must end with LF or CR LF, got CR alone`,
      "Save it with Unix or Windows line ends.",
    );
  const longest = Math.max(...head.map((line) => line.length));
  const delimiter = options.delimiter ?? said ?? detectDelimiter(head);
  const sample: Record_[] = [];
  let again = 0;
  const nextLine = async (): Promise<Line | undefined> => seen[again++] ?? (await lines.next()).value;
  while (sample.length < head.length) {
    const record = await readRecord(nextLine, delimiter, file);
    if (!record) break;
    sample.push(record);
  }
  const first = sample[0]!.fields;
  const rowNames = namesRows(sample);
  if (rowNames) first.unshift("");
  const ragged = sample.find(({ fields }) => fields.length !== first.length);
  if (ragged) refuseRagged(file, first.length, ragged);
  const counted = countsColumns(sample);
  const hasHeader =
    counted ||
    rowNames ||
    (first.some((field) => parseNumber(field) === undefined && field.trim() !== "") &&
      (sample.length > 1 || first.every((field) => parseNumber(field) === undefined)));
  const data = hasHeader ? sample.slice(1) : sample;
  if (data.length === 0) refuse(`Cannot read ${file}: it must have at least one row below its header, got none`);
  const columns = describe(hasHeader ? first.map((field) => field.trim()) : first.map((_, k) => String(k)), data);
  checkDecimalComma(file, delimiter, data, columns);
  const roles = columnRoles(file, columns, options);
  const notes = [...roles.notes];
  if (counted) notes.push("The first line counts the columns: read as their names.");
  if (rowNames)
    notes.push("The first line has one field less than the others: each row begins with its name, as R writes it.");
  const table: CsvHead["table"] = { format: "csv", dtype: "text", columns: roles.scores.length, notes };
  if (hasHeader) table.columnNames = roles.scores.map((index) => columns[index]!.name);
  if (roles.label !== undefined) {
    table.labelsFrom = hasHeader ? `column ${columns[roles.label]!.name}` : `column ${roles.label}`;
    table.labelWidth = 1;
  }
  const before = said === undefined ? 0 : 1;
  return { table, layout: { delimiter, before, hasHeader, columns, roles, longest } };
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

/** Whether only the first line, of names, lacks a field: R's write.table has names of rows, and none for their column. */
function namesRows([head, ...others]: Record_[]): boolean {
  const { fields } = head!;
  const longer = others.length > 0 && others.every((other) => other.fields.length === fields.length + 1);
  return longer && fields.every((field) => field.trim() !== "" && parseNumber(field) === undefined);
}

/** A line with nothing between its quotes. */
const unquoted = (line: string): string => (line.includes('"') ? line.replaceAll(/"[^"]*"/g, '""') : line);

/** The one that occurs equally often, at least once, in the most lines. */
function detectDelimiter(lines: string[]): string {
  let best = ",";
  let bestScore = 0;
  const bare = lines.map(unquoted);
  for (const delimiter of delimiters) {
    const counts = bare.map((line) => occurrences(line, delimiter));
    const score =
      counts[0] === 0
        ? 0
        : counts.filter((count) => count === counts[0]).length / counts.length + Math.min(counts[0]!, 100) / 1000;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  // numpy's savetxt puts a space between numbers, R's write.table between numbers and quoted names.
  const spaced = /^\s*([-+\w.]+|"")( ([-+\w.]+|""))*\s*$/;
  const ofSpaces = bestScore === 0 && bare.every((line) => spaced.test(line));
  return ofSpaces && bare.some((line) => line.trim().includes(" ")) ? " " : best;
}

function occurrences(text: string, letter: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at !== -1; at = text.indexOf(letter, at + 1)) count++;
  return count;
}

function describe(names: string[], data: Record_[]): ColumnInfo[] {
  return names.map((name, k) => {
    let numeric = 0;
    let whole = true;
    // One stray word in a column of numbers is an error of that row, not another type: half of them and one more decide.
    for (let row = 0; row < data.length && (whole || numeric * 2 <= data.length); row++) {
      const value = parseNumber(data[row]!.fields[k] ?? "");
      if (value !== undefined) numeric++;
      whole &&= Number.isInteger(value);
    }
    return numeric * 2 > data.length
      ? { name, kind: "number", type: "numbers", whole }
      : { name, kind: "other", type: "text" };
  });
}

function checkDecimalComma(file: string, delimiter: string, data: Record_[], columns: ColumnInfo[]): void {
  if (delimiter === "," || columns.every(({ kind }) => kind === "number")) return;
  const comma = data.find(({ fields }) => fields.some((field) => /^\s*-?\d+,\d+\s*$/.test(field)));
  if (comma) {
    const field = comma.fields.find((text) => /^\s*-?\d+,\d+\s*$/.test(text));
    refuse(
      `Cannot read ${file}: numbers must have a decimal point, got ${field} at line ${comma.line}`,
      "Export it with decimal points, not commas.",
    );
  }
}
