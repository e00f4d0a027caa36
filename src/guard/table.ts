import type { Json } from "../core/index.js";

/**
 * A table of learned numbers in a document: a list for each row, empty where there is none. Of many classes it would be most of the document, at 19 characters
 * a number; then it is the rows that there are, and their numbers as f32, little-endian, in base64: 5.3 characters each. Whoever learned a table reads it back
 * before using it, so nothing depends on the digits that are left out.
 */
type Table = readonly (readonly number[])[];

interface Packed {
  rows: number[];
  f32: string;
}

/** Tables of fewer numbers are lists, for people to read. */
const few = 10_000;
const largest = 2 ** 127 * (2 - 2 ** -23);

/** Of rows of equal length, or none. Numbers beyond f32 become its largest. */
export function tableToJson(table: Table): Json {
  const rows = [...table.keys()].filter((row) => table[row]!.length > 0);
  const width = table[rows[0] ?? 0]?.length ?? 0;
  if (rows.length * width < few) return table.map((row) => [...row]);
  const bytes = new DataView(new ArrayBuffer(4 * rows.length * width));
  rows.forEach((row, i) =>
    table[row]!.forEach((value, k) =>
      bytes.setFloat32(4 * (i * width + k), Math.max(-largest, Math.min(largest, value)), true),
    ),
  );
  return { rows, f32: toBase64(new Uint8Array(bytes.buffer)) };
}

/** The rows of a table, empty ones too; undefined where it is no such table or holds numbers that are not finite. */
export function tableOf(json: Json | undefined, rows: number, width: number): Float64Array[] | undefined {
  const table = Array.isArray(json)
    ? listed(json as number[][], rows)
    : packed(json as Packed | undefined, rows, width);
  const sound = (row: Float64Array): boolean =>
    row.length === 0 || (row.length === width && row.every((value) => Number.isFinite(value)));
  return table?.every(sound) ? table : undefined;
}

function listed(lists: readonly number[][], rows: number): Float64Array[] | undefined {
  const sound =
    lists.length === rows &&
    lists.every((list) => Array.isArray(list) && list.every((value) => typeof value === "number"));
  return sound ? lists.map((list) => Float64Array.from(list)) : undefined;
}

function packed(given: Packed | undefined, rows: number, width: number): Float64Array[] | undefined {
  if (!Array.isArray(given?.rows) || typeof given.f32 !== "string") return undefined;
  const rising = given.rows.every((row, i) => Number.isInteger(row) && row > (given.rows[i - 1] ?? -1) && row < rows);
  const bytes = fromBase64(given.f32);
  if (!rising || bytes?.byteLength !== 4 * given.rows.length * width) return undefined;
  const table = Array.from({ length: rows }, () => new Float64Array(0));
  given.rows.forEach((row, i) => {
    table[row] = new Float64Array(width).map((_, k) => bytes.getFloat32(4 * (i * width + k), true));
  });
  return table;
}

/** Arguments of one call. */
const some = 8192;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += some) text += String.fromCharCode(...bytes.subarray(i, i + some));
  return btoa(text);
}

function fromBase64(text: string): DataView | undefined {
  try {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return new DataView(bytes.buffer);
  } catch {
    return undefined;
  }
}
