import { type RecordParser, recordParser } from "../kernels/index.js";
import { nameOf } from "./bytes.js";
import { type ColumnInfo, type ColumnRoles, emptyBlock } from "./columnRoles.js";
import { parseNumber, type Record_, readRecord, refuse, refuseRagged } from "./csvRecords.js";
import type { Line } from "./lines.js";
import { LineWindow, windowSize } from "./lineWindow.js";
import type { Bytes, RawBlock } from "./table.js";

/** How a text table is written, and what its columns are. */
export interface CsvLayout {
  delimiter: string;
  /** Lines before the header that are not read. */
  before: number;
  hasHeader: boolean;
  columns: ColumnInfo[];
  roles: ColumnRoles;
  /** Of a line, in characters, as far as has been seen. */
  longest: number;
}

/** Delimiters that cannot be taken for a part of a number, a quote or a line's end. */
const plainDelimiter = /^[^\p{L}\p{N}+\-."\r\n\0\u{80}-\u{10ffff}]$/u;

/**
 * The rows of a text table. Ordinary records are parsed as bytes, many at a time; any other is read as text, by itself, and what is wrong with it
 * is said there.
 */
export async function* csvBlocks(bytes: Bytes, layout: CsvLayout, rowsPerBlock: number): AsyncGenerator<RawBlock> {
  const { delimiter, columns, roles } = layout;
  // A record has a byte between fields, and one or more of each number.
  const shortest = columns.length + roles.scores.length;
  const most = Math.min(rowsPerBlock, Math.ceil((bytes.byteLength + 1) / shortest));
  const margin = Math.min(bytes.byteLength, 2 * layout.longest);
  const shape = { delimiter: delimiter.charCodeAt(0), runs: runsOf(layout) };
  const parser = recordParser(shape, most, windowSize(bytes, margin));
  const window = new LineWindow(bytes, parser.input, margin);
  const nextRecord = (): Promise<Record_ | undefined> => readRecord(() => window.nextLine(), delimiter, nameOf(bytes));
  const plain = plainDelimiter.test(delimiter);
  for (let line = 0; line < layout.before; line++) await window.nextLine();
  if (layout.hasHeader) await nextRecord();
  let block = emptyBlock(parser.values, roles, columns);
  for (;;) {
    const end = window.end;
    if (plain && window.from < end) {
      const { records, lines, position } = parser.parse(window.from, end, block.rows, most - block.rows);
      addTexts(block, parser, records, layout, window);
      block.rows += records;
      window.from = position;
      window.line += lines;
    }
    if (block.rows < most) {
      if (window.from >= end && (await window.fill())) continue;
      const record = await nextRecord();
      if (!record) break;
      addRecord(block, record, layout, nameOf(bytes));
    }
    if (block.rows === most) {
      yield block;
      block = emptyBlock(parser.values, roles, columns);
    }
  }
  if (block.rows > 0) yield { ...block, values: block.values.subarray(0, block.rows * roles.scores.length) };
  // Not where the reader broke off: it may still hold the block.
  parser.release();
}

/** The rows of a text table one by one, from lines that come. */
export async function* csvRows(
  nextLine: () => Promise<Line | undefined>,
  layout: CsvLayout,
  file: string,
): AsyncGenerator<RawBlock> {
  const { before, hasHeader, delimiter, roles, columns } = layout;
  for (let line = 0; line < before; line++) await nextLine();
  if (hasHeader) await readRecord(nextLine, delimiter, file);
  for (;;) {
    const record = await readRecord(nextLine, delimiter, file);
    if (!record) return;
    const block = emptyBlock(new Float64Array(roles.scores.length), roles, columns);
    addRecord(block, record, layout, file);
    yield block;
  }
}

/** How many scores come before each column of text, and after the last. */
function runsOf({ columns, roles }: CsvLayout): number[] {
  const runs = [0];
  const scores = new Set(roles.scores);
  for (let k = 0; k < columns.length; k++) {
    if (scores.has(k)) runs[runs.length - 1]!++;
    else runs.push(0);
  }
  return runs;
}

/** Adds the texts of the records just parsed. */
function addTexts(
  block: RawBlock,
  { texts, ends }: RecordParser,
  records: number,
  { roles, columns }: CsvLayout,
  window: LineWindow,
): void {
  if (columns.length === roles.scores.length) return;
  const scores = new Set(roles.scores);
  const fields = columns.map((_, k) => k).filter((k) => !scores.has(k));
  const count = records * fields.length;
  if (count === 0) return;
  const bytes = texts.subarray(0, ends[count - 1]!);
  const all = window.decode(bytes);
  // In ASCII alone a place in the text is a place in the bytes.
  const ascii = all.length === bytes.length;
  const addColumn = (to: string[], column: number, trimmed: boolean): void => {
    for (let i = fields.indexOf(column); i < count; i += fields.length) {
      const start = i === 0 ? 0 : ends[i - 1]!;
      const text = ascii ? all.slice(start, ends[i]) : window.decode(bytes.subarray(start, ends[i]));
      to.push(trimmed ? text.trim() : text);
    }
  };
  if (roles.label !== undefined) addColumn(block.labels as string[], roles.label, true);
  if (roles.id !== undefined) addColumn(block.ids!, roles.id, false);
  for (const index of roles.slices) addColumn(block.slices![columns[index]!.name]!, index, false);
}

function addRecord(block: RawBlock, { fields, line }: Record_, { roles, columns }: CsvLayout, file: string): void {
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
