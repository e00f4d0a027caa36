import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { textChunks, textLines } from "./lines.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "./table.js";

/** One row as JSON has it, understood. */
interface JsonRow {
  scores: number[];
  from?: string;
  names?: string[];
  label?: number | string | boolean;
  id?: string;
  slices: Record<string, string>;
}

const scoreKeys = ["logits", "scores", "logprobs", "probs", "probabilities"];
const labelKeys = ["label", "labels", "target", "truth", "y"];

/**
 * JSON lines: one row a line. `[1.2, -3]`, `{"logits": [1.2, -3], "label": 0, "id": "a"}` or `{"label": "cat", "scores": {"cat": 1.2, "dog": -3}}`.
 * "-Infinity" (a string) is a masked class.
 */
export async function readJsonLines(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  return tableOf("jsonl", file, options, async function* () {
    for await (const { text, line } of textLines(bytes)) {
      if (text.trim() === "") continue;
      yield rowOf(parse(text, file, `line ${line}`), `line ${line}`, file, options);
    }
  });
}

/** A JSON document: an array of rows, or `{"logits": [[…]], "labels": […], "classes": […]}`. */
export async function readJson(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  let text = "";
  for await (const chunk of textChunks(bytes)) text += chunk;
  const document = parse(text, file, "its text");
  const { rows, names } = Array.isArray(document)
    ? { rows: document, names: undefined }
    : columnsOf(document, file, options);
  // A single row of numbers is a table of one row.
  const list = rows.length > 0 && rows.every((value) => isNumber(value)) ? [rows] : rows;
  return tableOf("json", file, options, async function* () {
    for (const [i, row] of list.entries()) {
      const understood = rowOf(row, `row ${i}`, file, options);
      yield names && !understood.names ? { ...understood, names } : understood;
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
  const labelsKey = options.labelsKey ?? labelKeys.find((name) => Array.isArray(object[name]));
  const labels = labelsKey === undefined ? undefined : (object[labelsKey] as unknown[]);
  const ids = Array.isArray(object["ids"]) ? (object["ids"] as unknown[]) : undefined;
  const names = Array.isArray(object["classes"]) ? (object["classes"] as unknown[]).map(String) : undefined;
  if (scores.every((value) => isNumber(value)))
    return {
      rows: [{ [key!]: scores, ...(typeof object["label"] === "object" ? {} : { label: object["label"] }) }],
      ...(names ? { names } : {}),
    };
  if (labels && labels.length !== scores.length)
    return bad(`there must be one label a row (${scores.length})`, String(labels.length));
  const rows = scores.map((row: unknown, i) =>
    Array.isArray(row)
      ? {
          [key === "data" || key === "rows" ? "" : key!]: row,
          ...(labels ? { label: labels[i] } : {}),
          ...(ids ? { id: ids[i] } : {}),
        }
      : row,
  );
  return names ? { rows, names } : { rows };
}

function rowOf(value: unknown, where: string, file: string, options: ReadOptions): JsonRow {
  const bad = (what: string, got: unknown): never => {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: ${what}, got ${(JSON.stringify(got) ?? "nothing").slice(0, 60)} in ${where}`,
    );
  };
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
  if (key === "logits" || key === "probs" || key === "probabilities") row.from = key === "logits" ? "logits" : "probs";
  if (Array.isArray(scores)) row.scores = numbers(scores, where, file);
  else if (typeof scores === "object" && scores !== null) {
    row.names = Object.keys(scores);
    row.scores = numbers(Object.values(scores), where, file);
  } else return bad("scores must be an array or an object of numbers", scores);
  const labelKey = options.labelsColumn ?? options.labelsKey ?? labelKeys.find((name) => object[name] !== undefined);
  const label = labelKey === undefined ? undefined : object[labelKey];
  if (typeof label === "number" || typeof label === "string" || typeof label === "boolean") row.label = label;
  else if (label !== undefined) return bad("a label must be a number or a name", label);
  const id = object[options.idColumn ?? "id"];
  if (id !== undefined) row.id = String(id);
  for (const name of options.sliceColumns ?? []) row.slices[name] = String(object[name] ?? "");
  return row;
}

const isNumber = (value: unknown): boolean =>
  typeof value === "number" || value === "-Infinity" || value === "Infinity" || value === "NaN";

function numbers(values: unknown[], where: string, file: string): number[] {
  return values.map((value, column) => {
    if (isNumber(value)) return Number(value);
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

async function tableOf(
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
    table.labelWidth = 1;
  }
  return table;
}

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
  if (row.label !== undefined) (block.labels as unknown[]).push(row.label);
  if (block.ids) block.ids.push(row.id ?? String(at));
  for (const [name, value] of Object.entries(row.slices)) block.slices![name]!.push(value);
  block.rows++;
}
