import { type Batch, LogitsError, notFinite, type Source, takeRows } from "../core/index.js";
import type { ReadOptions } from "../formats/index.js";
import { type Invocation, type Terminal, UsageError } from "./command.js";
import { sourceOfTable } from "../formats/source.js";
import type { RawTable } from "../formats/table.js";
import { readOptions } from "./flags.js";
import { openInput } from "./input.js";

export interface InputRow {
  row: Batch;
  classes?: string[];
  label?: number;
}

/**
 * The one row that a command is about: written out as a JSON array, or the row --row or --id of a file.
 *
 * @param read.vector "row" where a 1-D array can only be the scores of one row, as of a vocabulary.
 */
export async function inputRow(
  command: string,
  invocation: Invocation,
  terminal: Terminal,
  read: Pick<ReadOptions, "vector"> = {},
): Promise<InputRow> {
  const { args } = invocation;
  return args[0]!.trimStart().startsWith("[")
    ? literalRow(command, args[0]!, invocation)
    : fileRow(command, await openInput(invocation, terminal, args, read), invocation);
}

async function literalRow(command: string, text: string, invocation: Invocation): Promise<InputRow> {
  const wanted = invocation.flags["row"] ?? 0;
  if (wanted !== 0)
    throw new LogitsError("bad-data", `Cannot ${command} this row: what is written out must be row 0, got ${wanted}`);
  // JSON has no names for these; a person types them all the same.
  const spelled = text.replaceAll(/"?(-?)Infinity"?|"?(-)inf"?/g, '"$1$2Infinity"').replaceAll(/\bNaN\b/g, '"NaN"');
  let values: unknown;
  try {
    values = JSON.parse(spelled);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${text}: a row must be a JSON array of numbers, got ${(cause as Error).message}`,
      { cause },
    );
  }
  if (
    !Array.isArray(values) ||
    values.length === 0 ||
    values.some((value) => typeof value !== "number" && !/Infinity|NaN/.test(String(value)))
  ) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${text}: a row must be a JSON array of numbers, got ${JSON.stringify(values).slice(0, 60)}`,
    );
  }
  const options: ReadOptions = { kind: "logits", ...readOptions(invocation) };
  const count = options.kind?.startsWith("binary") ? 2 : values.length;
  if (options.classes && options.classes.length !== count)
    throw new LogitsError(
      "bad-data",
      `Cannot ${command} this row: there must be one class name a score (${count}), got ${options.classes.length}`,
    );
  const source = await sourceOfTable(oneRow(Float64Array.from(values, Number)), options, text);
  const { row } = await onlyRow(command, source);
  return options.classes ? { row, classes: options.classes } : { row };
}

function oneRow(values: Float64Array): RawTable {
  return {
    format: "json",
    dtype: "f8",
    columns: values.length,
    rows: 1,
    notes: [],
    async *blocks() {
      yield { rows: 1, values };
    },
  };
}

async function fileRow(command: string, source: Source, { flags }: Invocation): Promise<InputRow> {
  const wanted = (flags["row"] as number | undefined) ?? (source.rows === 1 ? 0 : undefined);
  const id = flags["id"] as string | undefined;
  if (wanted === undefined && id === undefined) return onlyRow(command, source);
  let rows = 0;
  for await (const batch of source.batches()) {
    const at = id === undefined ? wanted! - (batch.offset ?? 0) : (batch.ids ?? []).indexOf(id);
    rows += batch.rows;
    if (at < 0 || at >= batch.rows) continue;
    const row = { ...takeRows(batch, [at]), offset: (batch.offset ?? 0) + at };
    if (row.values.some((score) => !(score < Infinity))) throw notFinite(row, 0);
    return { row, classes: source.classes, ...(row.labels ? { label: row.labels[0]! } : {}) };
  }
  const missing = id === undefined ? `row ${wanted}, counted from 0` : `a row with id ${id}`;
  throw new LogitsError(
    "bad-data",
    `Cannot ${command} this row: the file must have ${missing}, got ${rows} row${rows === 1 ? "" : "s"}`,
  );
}

/** The row of a source that has no other. */
async function onlyRow(command: string, source: Source): Promise<InputRow> {
  let only: Batch | undefined;
  for await (const batch of source.batches()) {
    if (batch.rows === 0) continue;
    if (only || batch.rows > 1) throw new UsageError(`logits ${command} FILE needs --row N or --id ID`);
    only = takeRows(batch, [0]);
  }
  if (!only) throw new LogitsError("bad-data", `Cannot ${command} this row: the file must have a row, got none`);
  return { row: only, classes: source.classes, ...(only.labels ? { label: only.labels[0]! } : {}) };
}
