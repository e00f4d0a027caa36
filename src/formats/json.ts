import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { jsonColumns, type JsonRecord } from "./jsonColumns.js";
import { isJsonNumber } from "./jsonNumbers.js";
import { labelKeys, rowOf, rowsTable, scoreKeys } from "./jsonRows.js";
import { type Line, textChunks, textLines } from "./lines.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

/**
 * JSON lines: one row a line. `[1.2, -3]`, `{"logits": [1.2, -3], "label": 0, "id": "a"}` or `{"label": "cat", "scores": {"cat": 1.2, "dog": -3}}`.
 * "-Infinity" (a string) is a masked class.
 */
export async function readJsonLines(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return tableOfJsonLines(() => textLines(bytes), nameOf(bytes), options);
}

/** @param looked lines that are looked at to tell what each key holds, where each is a column */
export function tableOfJsonLines(
  lines: () => AsyncIterable<Line>,
  file: string,
  options: ReadOptions,
  looked?: number,
): Promise<RawTable> {
  const documents = async function* (): AsyncIterable<Placed> {
    for await (const { text, line } of lines()) {
      if (text.trim() !== "") yield { value: parse(text, file, `line ${line}`), where: `line ${line}` };
    }
  };
  return tableOf("jsonl", file, options, documents, { ...(looked !== undefined && { looked }) });
}

/** A JSON document: an array of rows, `{"logits": [[…]], "labels": […], "classes": […]}`, or `{"columns": […], "data": [[…]]}`. */
export async function readJson(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  let text = "";
  for await (const chunk of textChunks(bytes)) text += chunk;
  const document = parse(text, file, "its text");
  const split = splitOf(document, options);
  if (split) return splitTable(split, file, options);
  const { rows, names } = Array.isArray(document)
    ? { rows: document, names: undefined }
    : columnsOf(document, file, options);
  // A single row of numbers is a table of one row.
  const list = rows.length > 0 && rows.every((value) => isJsonNumber(value)) ? [rows] : rows;
  const documents = async function* (): AsyncIterable<Placed> {
    for (const [i, value] of list.entries()) yield { value, where: `row ${i}` };
  };
  return tableOf("json", file, options, documents, { ...(names && { names }) });
}

/** One row of the file as JSON has it, and where it stands. */
interface Placed {
  value: unknown;
  where: string;
}

async function tableOf(
  format: string,
  file: string,
  options: ReadOptions,
  documents: () => AsyncIterable<Placed>,
  { names, looked }: { names?: string[]; looked?: number },
): Promise<RawTable> {
  for await (const { value } of documents()) {
    if (!isFlat(value, options)) break;
    const keys = Object.keys(value);
    const records = async function* (): AsyncIterable<JsonRecord> {
      for await (const one of documents()) yield { values: valuesOf(one, keys, file), where: one.where };
    };
    return jsonColumns(format, file, keys, options, records, looked);
  }
  return rowsTable(format, file, options, async function* () {
    for await (const { value, where } of documents()) {
      const understood = rowOf(value, where, file, options);
      yield names && !understood.names ? { ...understood, names } : understood;
    }
  });
}

/** An object with numbers of its own and nothing that is called scores: a row of a table, one key a column. */
function isFlat(value: unknown, options: ReadOptions): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (options.logitsKey !== undefined || [...scoreKeys, ""].some((key) => key in value)) return false;
  return Object.values(value).filter((one) => isJsonNumber(one)).length > 1;
}

function valuesOf({ value, where }: Placed, keys: string[], file: string): unknown[] {
  const object = (typeof value === "object" && !Array.isArray(value) ? value : null) as Record<string, unknown> | null;
  const missing = keys.find((key) => object === null || !(key in object));
  const more = object && Object.keys(object).find((key) => !keys.includes(key));
  if (missing !== undefined || more != null)
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: every row must have the keys of the first (${keys.slice(0, 8).join(", ")}), got ${missing === undefined ? `${more} too` : `no ${missing}`} in ${where}`,
    );
  return keys.map((key) => object![key]);
}

interface Split {
  columns: unknown[];
  data: unknown[];
  index?: unknown[];
}

function splitOf(document: unknown, options: ReadOptions): Split | undefined {
  if (options.logitsKey !== undefined || typeof document !== "object" || document === null) return undefined;
  const { columns, data, index } = document as Partial<Split>;
  if (!Array.isArray(columns) || !Array.isArray(data)) return undefined;
  return { columns, data, ...(Array.isArray(index) && index.length === data.length ? { index } : {}) };
}

/** What pandas writes with orient="split". */
function splitTable({ columns, data, index }: Split, file: string, options: ReadOptions): Promise<RawTable> {
  const names = [...(index ? [""] : []), ...columns.map(String)];
  if (data.length === 0)
    throw new LogitsError("bad-data", `Cannot read ${file}: it must have at least one row, got none`);
  return jsonColumns("json", file, names, options, async function* (): AsyncIterable<JsonRecord> {
    for (const [i, row] of data.entries()) {
      if (!Array.isArray(row) || row.length !== columns.length)
        throw new LogitsError(
          "bad-data",
          `Cannot read ${file}: every row must have ${columns.length} values, got ${Array.isArray(row) ? row.length : JSON.stringify(row)?.slice(0, 40)} in row ${i}`,
          { row: i },
        );
      yield { values: index ? [index[i], ...row] : row, where: `row ${i}` };
    }
  });
}

function parse(text: string, file: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: ${where} must be JSON, got ${(cause as Error).message.slice(0, 120)}`,
      {
        cause,
        ...(/\b(NaN|Infinity)\b/.test(text)
          ? { hint: 'JSON has no NaN or Infinity; write a masked class as the string "-Infinity".' }
          : {}),
      },
    );
  }
}

function columnsOf(document: unknown, file: string, options: ReadOptions): { rows: unknown[]; names?: string[] } {
  const object = document as Record<string, unknown> | null;
  const bad = (what: string, got: string): never => {
    throw new LogitsError("bad-data", `Cannot read ${file}: ${what}, got ${got}`, {
      hint: "--logits-key names the scores.",
    });
  };
  if (typeof object !== "object" || object === null)
    return bad("it must hold rows of scores", JSON.stringify(document).slice(0, 40));
  const key = options.logitsKey ?? [...scoreKeys, "data", "rows"].find((name) => Array.isArray(object[name]));
  const scores = key === undefined ? undefined : object[key];
  if (!Array.isArray(scores))
    return bad(
      "it must hold an array of scores (logits, probs …)",
      Object.keys(object).slice(0, 8).join(", ") || "nothing",
    );
  const names = Array.isArray(object["classes"]) ? (object["classes"] as unknown[]).map(String) : undefined;
  if (scores.every((value) => isJsonNumber(value))) {
    const label =
      options.labelsKey ?? labelKeys.find((name) => name in object && !Array.isArray(object[name])) ?? "label";
    return { rows: [{ ...object, [key!]: scores, label: object[label] }], ...(names && { names }) };
  }
  const own = scores.some(Array.isArray) ? besideScores(object, scores.length, options, bad) : [];
  const rows = scores.map((row: unknown, i) =>
    Array.isArray(row)
      ? {
          [key === "data" || key === "rows" ? "" : key!]: row,
          ...Object.fromEntries(own.map(([name, values]) => [name, values[i]])),
        }
      : row,
  );
  return names ? { rows, names } : { rows };
}

/** Labels, ids and slices of a document of arrays, each by the name under which a row has it. */
function besideScores(
  object: Record<string, unknown>,
  rows: number,
  { labelsKey, idColumn, sliceColumns = [] }: ReadOptions,
  bad: (what: string, got: string) => never,
): [string, unknown[]][] {
  const labels = labelsKey ?? labelKeys.find((name) => Array.isArray(object[name]));
  const ids = idColumn ?? (Array.isArray(object["ids"]) ? "ids" : undefined);
  const wanted: [string, string | undefined][] = [
    [labelsKey ?? "label", labels],
    [idColumn ?? "id", ids],
    ...sliceColumns.map((name): [string, string] => [name, name]),
  ];
  return wanted.flatMap(([name, key]): [string, unknown[]][] => {
    if (key === undefined) return [];
    const values = object[key];
    if (!Array.isArray(values))
      return bad(`${key} must be an array`, JSON.stringify(values)?.slice(0, 40) ?? "nothing");
    if (values.length !== rows) return bad(`${key} must have one entry a row (${rows})`, String(values.length));
    return [[name, values]];
  });
}
