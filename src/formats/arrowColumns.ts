import { LogitsError } from "../core/index.js";
import type { ColumnInfo } from "./columnRoles.js";
import { decodeNumbers, isFloat, type NumberType, sizeOf } from "./numbers.js";

/** A field of an Arrow schema, as far as it matters here. */
export interface ArrowField {
  name: string;
  type: ArrowType;
}

interface ArrowType {
  typeId: number;
  precision?: number;
  bitWidth?: number;
  signed?: boolean;
  stride?: number;
  dictionary?: ArrowType;
  children?: ArrowField[];
}

/** The values of one column in one record batch. */
export interface ArrowBatch {
  length: number;
  nullCount: number;
  type: ArrowType;
  values?: ArrayBufferView;
  offsets?: Int32Array | BigInt64Array;
  children?: ArrowBatch[];
  at(index: number): unknown;
}

export interface ArrowColumn extends ColumnInfo {
  /** Of the numbers, or of those in the lists. */
  number?: NumberType;
  /** Of fixed-size lists. */
  stride?: number;
}

const typeNames: Record<number, string> = {
  1: "nulls",
  5: "text",
  6: "boolean",
  7: "decimal",
  8: "date",
  9: "time",
  10: "timestamp",
  13: "a structure",
  20: "text",
  24: "text",
};

export function arrowColumn({ name, type }: ArrowField): ArrowColumn {
  const number = numberType(type);
  if (number) return { name, kind: "number", type: number, number, whole: !isFloat(number) };
  const isFixed = type.typeId === 16;
  if (isFixed || type.typeId === 12 || type.typeId === 21) {
    const item = type.children?.[0] && numberType(type.children[0].type);
    if (!item) return { name, kind: "other", type: "lists of something else than numbers" };
    return { name, kind: "list", type: `lists of ${item}`, number: item, ...(isFixed && { stride: type.stride! }) };
  }
  const named = type.typeId === -1 ? type.dictionary : type;
  return { name, kind: "other", type: typeNames[named?.typeId ?? 0] ?? `Arrow type ${type.typeId}` };
}

function numberType({ typeId, precision, bitWidth, signed }: ArrowType): NumberType | undefined {
  if (typeId === 3) return (["f2", "f4", "f8"] as const)[precision!];
  if (typeId === 2) return `${signed ? "i" : "u"}${bitWidth! / 8}` as NumberType;
  return undefined;
}

/**
 * Checks that a column has as much as its number of rows says.
 * Source: Arrow Columnar Format, "Physical Memory Layout".
 */
export function checkSize(batch: ArrowBatch, rows: number): void {
  const { length, offsets, values, children, type } = batch;
  const there = offsets
    ? offsets.length - 1
    : type.typeId === 16
      ? Math.floor((children?.[0]?.length ?? 0) / Math.max(type.stride ?? 1, 1))
      : type.typeId === 6
        ? 8 * (values?.byteLength ?? 0)
        : ArrayBuffer.isView(values) && "length" in values
          ? (values.length as number)
          : rows;
  if (length !== rows || there < rows) throw new RangeError(`a column of ${Math.min(length, there)} in ${rows} rows`);
  if (offsets || type.typeId === 16) for (const child of children ?? []) checkSize(child, child.length);
}

/** How many values the first list of a batch has. */
export function lengthOfFirst({ offsets }: ArrowBatch): number {
  return Number(offsets![1]!) - Number(offsets![0]!);
}

/** The numbers of a column of lists in one batch, `length` a row, as bytes of the batch. `row` is the batch's first. */
export function listBytes(
  file: string,
  column: ArrowColumn,
  batch: ArrowBatch,
  length: number,
  row: number,
): Uint8Array {
  const child = batch.children![0]!;
  checkNulls(file, column, batch, row, 1);
  if (child.nullCount > 0 && column.stride !== undefined) checkNulls(file, column, child, row, length);
  let start = 0;
  if (column.stride === undefined) {
    const offsets = batch.offsets!;
    start = Number(offsets[0]!);
    for (let i = 0; i < batch.length; i++) {
      const size = Number(offsets[i + 1]!) - Number(offsets[i]!);
      if (size !== length) throw ragged(file, column, row + i, length, size);
    }
    if (child.nullCount > 0) checkNulls(file, column, child, row, length);
  } else if (column.stride !== length) {
    throw ragged(file, column, row, length, column.stride);
  }
  return bytesOfNumbers(child, column.number!, start, batch.length * length);
}

/** The numbers of a column in one batch, as bytes of the batch. */
export function numberBytes(file: string, column: ArrowColumn, batch: ArrowBatch, row: number): Uint8Array {
  checkNulls(file, column, batch, row, 1);
  return bytesOfNumbers(batch, column.number!, 0, batch.length);
}

function bytesOfNumbers({ values }: ArrowBatch, type: NumberType, start: number, count: number): Uint8Array {
  const size = sizeOf(type);
  if (!values || (start + count) * size > values.byteLength)
    throw new RangeError("a column that ends before its batch");
  return new Uint8Array(values.buffer, values.byteOffset + start * size, count * size);
}

function checkNulls(file: string, { name }: ArrowColumn, batch: ArrowBatch, row: number, perRow: number): void {
  if (batch.nullCount === 0) return;
  for (let i = 0; i < batch.length; i++) {
    if (batch.at(i) !== null) continue;
    const at = row + Math.floor(i / perRow);
    throw new LogitsError("bad-data", `Cannot read ${file}: row ${at} of column ${name} must have a value, got null`, {
      row: at,
      hint: "Drop the row, or write what is missing.",
    });
  }
}

function ragged(file: string, { name }: ArrowColumn, row: number, length: number, got: number): LogitsError {
  const message = `Cannot read ${file}: row ${row} of column ${name} must have ${length} scores like the first, got ${got}`;
  return new LogitsError("bad-data", message, { row, hint: "Every row needs one score for each class." });
}

/** Text of each row, with all digits of 64-bit integers; "" for what is missing. */
export function columnTexts(batch: ArrowBatch): string[] {
  return Array.from({ length: batch.length }, (_, i) => {
    const value = batch.at(i);
    return value === null || value === undefined ? "" : value instanceof Date ? value.toISOString() : String(value);
  });
}

/** Labels as they are: numbers (NaN where missing), text ("" where missing), booleans or one-hot rows. */
export function columnLabels(
  file: string,
  column: ArrowColumn,
  batch: ArrowBatch,
  width: number,
  row: number,
): Float64Array | string[] | boolean[] {
  if (column.kind === "list") return toFloats(listBytes(file, column, batch, width, row), column.number!);
  if (column.kind === "number" && batch.nullCount === 0)
    return toFloats(numberBytes(file, column, batch, row), column.number!);
  if (column.kind === "number")
    return Float64Array.from({ length: batch.length }, (_, i) => Number(batch.at(i) ?? NaN));
  if (column.type !== "boolean") return columnTexts(batch);
  checkNulls(file, column, batch, row, 1);
  return Array.from({ length: batch.length }, (_, i) => batch.at(i) === true);
}

function toFloats(bytes: Uint8Array, type: NumberType): Float64Array {
  const out = new Float64Array(bytes.length / sizeOf(type));
  decodeNumbers(bytes, type, out);
  return out;
}
