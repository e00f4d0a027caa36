import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { bytesOf } from "../../src/formats/bytes.js";
import type { Bytes, RawBlock, RawTable, ReadOptions } from "../../src/formats/table.js";

const folder = fileURLToPath(new URL("../corpus/binary/", import.meta.url));

/** What a file of `test/corpus/binary` holds; written by `test/golden/formats_binary.py`. */
export interface BinaryCase {
  file: string;
  format: string;
  options: ReadOptions;
  dtype: string;
  rows: number;
  columns: number;
  values: number[];
  labels?: (number | string | boolean)[];
  labelsFrom?: string;
  labelWidth?: number;
  ids?: string[];
  slices?: Record<string, string[]>;
  columnNames?: string[];
  scoresFrom?: string;
}

const { cases } = JSON.parse(readFileSync(`${folder}golden.json`, "utf8")) as { cases: BinaryCase[] };

export function casesOf(format: string): BinaryCase[] {
  return cases.filter((each) => each.format === format);
}

export function corpusData(file: string): Uint8Array {
  return new Uint8Array(readFileSync(folder + file));
}

/** A file of the corpus; `edit` damages a copy of it. */
export function corpusBytes(file: string, edit?: (data: Uint8Array) => Uint8Array | void): Bytes {
  const data = corpusData(file);
  return bytesOf(edit?.(data) ?? data, file);
}

/** Everything a table gives, its blocks put together. */
async function collect(table: RawTable, rowsPerBlock: number, { file, options }: BinaryCase): Promise<BinaryCase> {
  const all: BinaryCase = {
    file,
    options,
    format: table.format,
    dtype: table.dtype,
    rows: 0,
    columns: table.columns,
    values: [],
  };
  for await (const block of table.blocks(rowsPerBlock)) {
    expect(block.rows).toBeLessThanOrEqual(rowsPerBlock);
    all.rows += block.rows;
    all.values.push(...block.values);
    if (block.labels) (all.labels ??= []).push(...labelsOf(block));
    if (block.ids) (all.ids ??= []).push(...block.ids);
    for (const [name, column] of Object.entries(block.slices ?? {})) ((all.slices ??= {})[name] ??= []).push(...column);
  }
  for (const key of ["labelsFrom", "labelWidth", "scoresFrom"] as const)
    if (table[key] !== undefined) Object.assign(all, { [key]: table[key] });
  if (table.columnNames) all.columnNames = table.columnNames;
  return all;
}

function labelsOf({ labels }: RawBlock): (number | string | boolean)[] {
  return Array.from(labels as ArrayLike<number | bigint | string | boolean>, (label) =>
    typeof label === "bigint" ? Number(label) : label,
  );
}

/** The table says and gives what the case says, whatever the size of the blocks, and again when read again. */
export async function expectCase(table: RawTable, expected: BinaryCase): Promise<void> {
  expect(table.rows).toBe(expected.rows);
  for (const rowsPerBlock of [1, 4, 100, 4]) expect(await collect(table, rowsPerBlock, expected)).toEqual(expected);
}
