import { LogitsError } from "../core/index.js";
import { isJsonNumber } from "./jsonNumbers.js";
import type { RawBlock, RawTable, ReadOptions } from "./table.js";

/** One row as JSON has it, understood. */
export interface JsonRow {
  scores: number[];
  from?: string;
  names?: string[];
  /** A number, name or boolean; several numbers when one-hot. */
  label?: number | string | boolean | number[];
  id?: string;
  slices: Record<string, string>;
}

export const scoreKeys: readonly string[] = ["logits", "scores", "logprobs", "probs", "probabilities"];
export const labelKeys: readonly string[] = ["label", "labels", "target", "truth", "y"];

/** Understands a row: an array of scores, or an object with scores, a label, an id. */
export function rowOf(value: unknown, where: string, file: string, options: ReadOptions): JsonRow {
  const bad = (what: string, got: unknown): never => {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: ${what}, got ${(JSON.stringify(got) ?? "nothing").slice(0, 60)} in ${where}`,
    );
  };
  const asked = [options.labelsColumn, options.idColumn, ...(options.sliceColumns ?? [])];
  const lacks = asked.find((name) => name !== undefined && !isKey(value, name));
  if (lacks !== undefined) return bad(`a row must have ${lacks}, which was asked for`, value);
  if (Array.isArray(value)) return { scores: numbers(value, where, file), slices: {} };
  if (typeof value !== "object" || value === null) return bad("a row must be an array or an object", value);
  const object = value as Record<string, unknown>;
  const key =
    options.logitsKey ??
    scoreKeys.find((name) => object[name] !== undefined) ??
    (object[""] === undefined ? undefined : "");
  if (key === undefined || object[key] === undefined)
    return bad(`a row must have ${options.logitsKey ?? "logits, scores or probs"}`, Object.keys(object));
  const scores = object[key];
  const row: JsonRow = { scores: [], slices: {} };
  if (key !== "" && key !== "scores") row.from = key;
  if (Array.isArray(scores)) row.scores = numbers(scores, where, file);
  else if (typeof scores === "object" && scores !== null) {
    row.names = Object.keys(scores);
    row.scores = numbers(Object.values(scores), where, file);
  } else return bad("scores must be an array or an object of numbers", scores);
  const labelKey = options.labelsColumn ?? labelKeys.find((name) => object[name] !== undefined);
  const label = labelKey === undefined ? undefined : object[labelKey];
  if (typeof label === "number" || typeof label === "string" || typeof label === "boolean") row.label = label;
  else if (Array.isArray(label) && label.length === 1) row.label = label[0] as number;
  else if (Array.isArray(label) && label.length > 1 && label.every((one) => isJsonNumber(one)))
    row.label = label.map(Number);
  else if (label !== undefined) return bad("a label must be a number, a name or one-hot", label);
  const id = object[options.idColumn ?? "id"];
  if (id !== undefined) row.id = String(id);
  for (const name of options.sliceColumns ?? []) row.slices[name] = String(object[name] ?? "");
  return row;
}

const isKey = (value: unknown, name: string): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && name in value;

function numbers(values: unknown[], where: string, file: string): number[] {
  return values.map((value, column) => {
    if (isJsonNumber(value)) return Number(value);
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: every score must be a number, got ${JSON.stringify(value)?.slice(0, 40)} in ${where}, column ${column}`,
      {
        column,
        ...(value === null ? { hint: 'A masked class is the string "-Infinity".' } : {}),
      },
    );
  });
}

/** A table of rows that hold their scores in an array, or in an object of class names. */
export async function rowsTable(
  format: string,
  file: string,
  options: ReadOptions,
  rows: () => AsyncIterable<JsonRow>,
): Promise<RawTable> {
  let first: JsonRow | undefined;
  for await (const row of rows()) {
    first = row;
    break;
  }
  if (!first) throw new LogitsError("bad-data", `Cannot read ${file}: it must have at least one row, got none`);
  const shape = first;
  const columns = shape.scores.length;
  if (columns === 0)
    throw new LogitsError("bad-data", `Cannot read ${file}: a row must have at least one score, got none`);
  const table: RawTable = {
    format,
    dtype: "text",
    columns,
    notes: [],
    async *blocks(rowsPerBlock) {
      let block = start(shape, rowsPerBlock, options);
      let at = 0;
      for await (const row of rows()) {
        add(block, row, shape, at++, file);
        if (block.rows === rowsPerBlock) {
          yield block;
          block = start(shape, rowsPerBlock, options);
        }
      }
      if (block.rows > 0) yield { ...block, values: block.values.subarray(0, block.rows * columns) };
    },
  };
  if (shape.names) table.columnNames = shape.names;
  if (shape.from) table.scoresFrom = shape.from;
  if (shape.label !== undefined) {
    table.labelsFrom = "label";
    table.labelWidth = widthOf(shape.label);
  }
  return table;
}

const widthOf = (label: NonNullable<JsonRow["label"]>): number => (Array.isArray(label) ? label.length : 1);

function start(shape: JsonRow, rows: number, options: ReadOptions): RawBlock {
  const block: RawBlock = { rows: 0, values: new Float64Array(rows * shape.scores.length) };
  if (shape.label !== undefined) block.labels = [];
  if (shape.id !== undefined) block.ids = [];
  if (options.sliceColumns) block.slices = Object.fromEntries(options.sliceColumns.map((name) => [name, []]));
  return block;
}

function add(block: RawBlock, row: JsonRow, shape: JsonRow, at: number, file: string): void {
  const differ = (what: string, got: unknown): never => {
    throw new LogitsError("bad-data", `Cannot read ${file}: every row must have ${what}, got ${got} in row ${at}`, {
      row: at,
    });
  };
  const columns = shape.scores.length;
  if (row.from !== shape.from)
    differ(`its scores under ${shape.from ?? "the key"} of the first`, row.from ?? "another");
  if (row.scores.length !== columns) differ(`${columns} scores`, row.scores.length);
  let scores = row.scores;
  if (shape.names && row.names && shape.names.some((name, k) => name !== row.names![k])) {
    // The same classes in another order are the same row.
    scores = shape.names.map((name) => {
      const k = row.names!.indexOf(name);
      return k === -1 ? differ(`the class ${name}`, row.names!.slice(0, 5).join(", ")) : row.scores[k]!;
    });
  }
  block.values.set(scores, block.rows * columns);
  if ((row.label === undefined) !== (shape.label === undefined))
    differ(shape.label === undefined ? "no label, as the first" : "a label", row.label ?? "none");
  if (row.label !== undefined) {
    if (widthOf(row.label) !== widthOf(shape.label!))
      differ("one label of the same form", JSON.stringify(row.label).slice(0, 40));
    const labels = block.labels as unknown[];
    if (Array.isArray(row.label)) labels.push(...row.label);
    else labels.push(row.label);
  }
  if (block.ids) block.ids.push(row.id ?? String(at));
  for (const [name, value] of Object.entries(row.slices)) block.slices![name]!.push(value);
  block.rows++;
}
