import { nameOf } from "./bytes.js";
import { type ColumnInfo, columnRoles } from "./columnRoles.js";
import { csvBlocks } from "./csvBlocks.js";
import { parseNumber, type Record_, readRecord, refuse, refuseRagged } from "./csvRecords.js";
import { type Line, textLines } from "./lines.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

/** Lines looked at to find the delimiter, the header and the types of columns; fewer where lines are long. */
const sampled = 200;
const leastSampled = 20;
const sampledLetters: number = 2 ** 17;
const delimiters = [",", "\t", ";", "|"];

/**
 * A text table: quotes ("" for a quote inside), any delimiter, header or none, BOM, CRLF. One class a column.
 * Numbers are those of `Number()`, and inf, -inf, nan in the usual spellings.
 */
export async function readCsv(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  const lines = textLines(bytes)[Symbol.asyncIterator]();
  const seen: Line[] = [];
  const head: string[] = [];
  for (let letters = 0; head.length < sampled && (head.length < leastSampled || letters < sampledLetters); ) {
    const { value } = await lines.next();
    if (!value) break;
    seen.push(value);
    if (value.text.trim() === "") continue;
    head.push(value.text);
    letters += value.text.length;
  }
  if (head.length === 0) refuse(`Cannot read ${file}: it must have at least one row, got none`);
  const longest = Math.max(...head.map((line) => line.length));
  const delimiter = options.delimiter ?? detectDelimiter(head);
  const sample: Record_[] = [];
  let again = 0;
  const nextLine = async (): Promise<Line | undefined> => seen[again++] ?? (await lines.next()).value;
  while (sample.length < head.length) {
    const record = await readRecord(nextLine, delimiter, file);
    if (!record) break;
    sample.push(record);
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
    blocks: (rowsPerBlock) => csvBlocks(bytes, { delimiter, hasHeader, columns, roles, longest }, rowsPerBlock),
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

/** The one that occurs equally often, at least once, in the most lines. */
function detectDelimiter(lines: string[]): string {
  let best = ",";
  let bestScore = 0;
  const unquoted = lines.map((line) => (line.includes('"') ? line.replaceAll(/"[^"]*"/g, "") : line));
  for (const delimiter of delimiters) {
    const counts = unquoted.map((line) => occurrences(line, delimiter));
    const score =
      counts[0] === 0
        ? 0
        : counts.filter((count) => count === counts[0]).length / counts.length + Math.min(counts[0]!, 100) / 1000;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  // numpy's savetxt puts spaces between numbers, and nothing else.
  const spaced = bestScore === 0 && lines.every((line) => /^\s*[-+\w.]+( [-+\w.]+)+\s*$/.test(line));
  return spaced ? " " : best;
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
