import type { Source } from "../core/index.js";
import { bytesOf, joinBytes } from "./bytes.js";
import { csvHead } from "./csv.js";
import { csvRows } from "./csvBlocks.js";
import { openSource } from "./index.js";
import { tableOfJsonLines } from "./json.js";
import { isJsonNumber } from "./jsonNumbers.js";
import { LineStream } from "./lineStream.js";
import { formatOfMagic, isRowObject, magicBytes } from "./recognise.js";
import { sourceOfTable } from "./source.js";
import type { RawBlock, RawTable, ReadOptions } from "./table.js";

/** Lines looked at before the first row is given: what tells whether there is a header. */
const csvLines = 2;
const jsonLines = 1;

/**
 * Opens scores that come, for one pass: rows of JSON lines and CSV are given as soon as they are there, and let go. Any other format is read to its end first.
 *
 * What the numbers are is told from as few rows as leave no other reading open: one with scores on both sides of 0, say. Labels are not read.
 *
 * @param name for messages
 * @throws what `openSource` does; a second pass is a "bad-argument".
 */
export async function openStream(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  name: string,
): Promise<Source> {
  const pieces = new Pieces(chunks);
  try {
    const lines = new LineStream(pieces, name);
    const format = await formatOf(pieces, lines, options);
    if (format !== "csv" && format !== "jsonl") return await openSource(bytesOf(await pieces.whole(), name), options);
    pieces.letGo();
    const table = format === "csv" ? await csvTable(lines, options, name) : await jsonTable(lines, options, name);
    return await sourceOfTable(asTheyCome(table, lines), options, name, { onePass: true });
  } catch (error) {
    await pieces.return();
    throw error;
  }
}

/** The format where it has rows that can be told apart as they come. */
async function formatOf(pieces: Pieces, lines: LineStream, { format }: ReadOptions): Promise<string | undefined> {
  if (format !== undefined) return format;
  const begin = await pieces.begin();
  if (begin.length === 0 || formatOfMagic(begin) !== undefined || begin.includes(0)) return undefined;
  for await (const { text } of lines.lines()) {
    const start = text.trimStart();
    if (start === "") continue;
    if (!/^[[{]/.test(start)) return "csv";
    return isJsonRow(text) ? "jsonl" : undefined;
  }
  return undefined;
}

/** Whether a line is a row, and not the beginning of a document. */
function isJsonRow(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.length > 0 && value.every((one) => isJsonNumber(one)) : isRowObject(value);
  } catch {
    return false;
  }
}

async function csvTable(lines: LineStream, options: ReadOptions, name: string): Promise<RawTable> {
  const { table, layout } = await csvHead(lines.lines(), name, options, csvLines);
  const blocks = (): AsyncIterable<RawBlock> => {
    const rows = lines.lines();
    return csvRows(async () => (await rows.next()).value, layout, name);
  };
  return { ...table, blocks };
}

function jsonTable(lines: LineStream, options: ReadOptions, name: string): Promise<RawTable> {
  return tableOfJsonLines(() => lines.lines(), name, options, jsonLines);
}

/** The table whose blocks hold the rows that are there, so that none waits for the next. */
function asTheyCome({ labelsFrom, ...table }: RawTable, lines: LineStream): RawTable {
  const notes = labelsFrom === undefined ? table.notes : [...table.notes, "Labels of a stream are not read."];
  return {
    ...table,
    notes,
    async *blocks(rowsPerBlock) {
      lines.begin();
      let rows: RawBlock[] = [];
      for await (const row of table.blocks(1)) {
        rows.push(row);
        if (rows.length < rowsPerBlock && !lines.waits) continue;
        yield joined(rows, table.columns);
        rows = [];
      }
      if (rows.length > 0) yield joined(rows, table.columns);
    },
  };
}

function joined(rows: RawBlock[], columns: number): RawBlock {
  const values = new Float64Array(rows.length * columns);
  const [{ ids, slices }] = rows as [RawBlock];
  rows.forEach((row, i) => values.set(row.values, i * columns));
  const block: RawBlock = { rows: rows.length, values };
  if (ids) block.ids = rows.map((row) => row.ids![0]!);
  if (slices)
    block.slices = Object.fromEntries(
      Object.keys(slices).map((name) => [name, rows.map((row) => row.slices![name]![0]!)]),
    );
  return block;
}

/** What comes, kept until it is let go, so that it can be looked at first. */
class Pieces implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #kept: Uint8Array[] = [];
  #keeps = true;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; at++) {
      const piece = this.#kept[at] ?? (await this.#next());
      if (!piece) return;
      yield piece;
    }
  }

  /** The first bytes: enough to recognise a format by, or a line. */
  async begin(): Promise<Uint8Array> {
    const first: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      first.push(piece);
      length += piece.length;
      if (length >= magicBytes || piece.includes(10)) break;
    }
    return joinBytes(first);
  }

  async whole(): Promise<Uint8Array> {
    for await (const piece of this) void piece;
    return joinBytes(this.#kept);
  }

  letGo(): void {
    this.#keeps = false;
  }

  async return(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#chunks.next();
    if (done) return undefined;
    if (this.#keeps) this.#kept.push(value);
    return value;
  }
}
