import { type Batch, type Kind, LogitsError } from "../core/index.js";
import { checkRows } from "../formats/kindRows.js";
import { MOST_ROWS } from "./schemas.js";

/** A JSON body of rows, as `schemas.ts` describes it. */
export interface RowsBody {
  logits?: (number | string)[] | (number | string)[][];
  base64?: string;
  dtype?: "f4" | "f8";
  kind?: Kind;
  id?: string;
  ids?: string[];
  policy?: string;
}

/** What the address of a binary body says of it. */
export interface RowsQuery {
  dtype?: "f4" | "f8";
  kind?: Kind;
  id?: string;
  policy?: string;
}

/** Rows that a request brings, with what it says of them. */
export interface RequestRows {
  batch: Batch;
  /** Of the request. */
  id?: string;
  policy?: string;
  /** Nobody reads the values after they are decided about: whoever records them may take their memory. */
  own?: true;
}

const bad = (what: string, got: string, where: { row?: number; column?: number; hint?: string } = {}): LogitsError =>
  new LogitsError("bad-data", `Cannot read these rows: ${what}, got ${got}`, where);

/** Rows of a JSON body. −Infinity, which JSON has not, is the string "-Infinity"; null is refused, because NaN is written so too. */
export function rowsOfJson(body: RowsBody, classes: number): RequestRows {
  if ((body.logits === undefined) === (body.base64 === undefined))
    throw bad("they must be either logits or base64", body.logits ? "both" : "neither");
  const { values, rows } = body.base64 === undefined ? listed(body.logits!, classes) : encoded(body, classes);
  return described(values, rows, classes, body);
}

/** Rows of a binary body: little-endian numbers, row after row. */
export function rowsOfBytes(bytes: Uint8Array, query: RowsQuery, classes: number): RequestRows {
  const { values, rows } = numbersOf(bytes, query.dtype ?? "f4", classes);
  return described(values, rows, classes, query);
}

function described(values: Batch["values"], rows: number, classes: number, given: RowsBody): RequestRows {
  const { kind = "logits" } = given;
  // Another word is refused by the schema.
  if (kind === "probs" || kind === "logprobs")
    checkRows(kind, values, rows, classes, 0, "these rows", "Raw scores are sent without kind.");
  const batch: Batch = { kind, values, rows, classes };
  if (given.ids) {
    if (given.ids.length !== rows) throw bad(`ids must be one a row (${rows})`, String(given.ids.length));
    batch.ids = given.ids;
  }
  const result: RequestRows = { batch };
  if (given.id !== undefined) result.id = given.id;
  if (given.policy !== undefined) result.policy = given.policy;
  return result;
}

function listed(logits: NonNullable<RowsBody["logits"]>, classes: number): { values: Float64Array; rows: number } {
  const many = Array.isArray(logits[0]);
  const list = (many ? logits : [logits]) as (number | string)[][];
  checkCount(list.length);
  const values = new Float64Array(list.length * classes);
  for (let row = 0, at = 0; row < list.length; row++) {
    const scores = list[row]!;
    if (!Array.isArray(scores) || scores.length !== classes) {
      const got = Array.isArray(scores) ? String(scores.length) : said(scores);
      throw bad(`row ${row} must have the policy's ${classes} classes`, got, { row });
    }
    for (let column = 0; column < classes; column++) {
      const score = scores[column]!;
      values[at++] = typeof score === "number" && score < Infinity ? score : masked(score, row, column);
    }
  }
  return { values, rows: list.length };
}

/** A value of JSON as it was sent; what is beyond the range of numbers, as 1e999 is, has become infinite. */
const said = (value: unknown): string => (typeof value === "number" ? String(value) : JSON.stringify(value));

/** Others wait while a request is decided about: it may be long, but not as long as a body has room for rows of two numbers. */
function checkCount(rows: number): void {
  if (rows <= MOST_ROWS) return;
  const [most, got] = [MOST_ROWS, rows].map((count) => count.toLocaleString("en"));
  throw bad(`they must be ${most} at most`, got!, { row: MOST_ROWS, hint: "Send several requests." });
}

function masked(score: unknown, row: number, column: number): number {
  if (score === "-Infinity") return -Infinity;
  const hint = score === null ? 'A masked class is "-Infinity"; null may have been NaN.' : undefined;
  throw bad(`row ${row}, column ${column} must be a number or "-Infinity"`, said(score), {
    row,
    column,
    ...(hint && { hint }),
  });
}

function encoded({ base64, dtype }: RowsBody, classes: number): { values: Batch["values"]; rows: number } {
  if (base64!.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64!))
    throw bad("base64 must be padded text of A–Z a–z 0–9 + /", `${base64!.length} characters that are not`);
  return numbersOf(Buffer.from(base64!, "base64"), dtype ?? "f4", classes);
}

function numbersOf(bytes: Uint8Array, dtype: "f4" | "f8", classes: number): { values: Batch["values"]; rows: number } {
  const width = dtype === "f4" ? 4 : 8;
  const rows = bytes.length / (width * classes);
  if (rows < 1 || !Number.isInteger(rows))
    throw bad(`bytes must be rows of ${classes} classes × ${width}, one or more`, String(bytes.length));
  checkCount(rows);
  // Numbers may begin anywhere in what the network gave; typed arrays may not.
  const aligned = bytes.byteOffset % width === 0 ? bytes : Uint8Array.from(bytes);
  const { buffer, byteOffset } = aligned;
  const length = rows * classes;
  const values =
    dtype === "f4" ? new Float32Array(buffer, byteOffset, length) : new Float64Array(buffer, byteOffset, length);
  return { values, rows };
}
