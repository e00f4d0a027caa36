import { LogitsError } from "../core/index.js";
import { type ColumnInfo, columnRoles, emptyBlock } from "./columnRoles.js";
import { isJsonNumber } from "./jsonNumbers.js";
import type { RawBlock, RawTable, ReadOptions } from "./table.js";

/** A row of a JSON table whose columns have names. */
export interface JsonRecord {
  values: unknown[];
  /** "row 3", "line 4": for messages. */
  where: string;
}

/** Rows looked at to tell what each column holds. */
const sampled = 200;

/** JSON that is a table like any other, one number a class: flat objects, or the columns and data that pandas writes. */
export async function jsonColumns(
  format: string,
  file: string,
  names: string[],
  options: ReadOptions,
  rows: () => AsyncIterable<JsonRecord>,
  looked: number = sampled,
): Promise<RawTable> {
  const sample: unknown[][] = [];
  for await (const { values } of rows()) {
    sample.push(values);
    if (sample.length === looked) break;
  }
  const columns = names.map((name, k) =>
    columnOf(
      name,
      sample.map((values) => values[k]),
    ),
  );
  const roles = columnRoles(file, columns, options);
  if (columns[roles.scores[0]!]!.kind === "list") {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: an array of scores must be named logits, scores or probs, got ${columns[roles.scores[0]!]!.name}`,
      { hint: "--logits-key names it." },
    );
  }
  const table: RawTable = {
    format,
    dtype: "text",
    columns: roles.scores.length,
    columnNames: roles.scores.map((k) => names[k]!),
    notes: roles.notes,
    async *blocks(rowsPerBlock) {
      let block: RawBlock | undefined;
      for await (const record of rows()) {
        block ??= emptyBlock(new Float64Array(rowsPerBlock * roles.scores.length), roles, columns);
        add(block, record);
        if (block.rows < rowsPerBlock) continue;
        yield block;
        block = undefined;
      }
      if (block) yield { ...block, values: block.values.subarray(0, block.rows * roles.scores.length) };
    },
  };
  if (roles.label !== undefined) {
    table.labelsFrom = `column ${names[roles.label]!}`;
    table.labelWidth = 1;
  }
  return table;

  function add(block: RawBlock, { values, where }: JsonRecord): void {
    const at = block.rows * roles.scores.length;
    for (const [i, k] of roles.scores.entries()) {
      const value = values[k];
      if (!isJsonNumber(value))
        throw new LogitsError(
          "bad-data",
          `Cannot read ${file}: column ${names[k]!} must be a number, got ${(JSON.stringify(value) ?? "nothing").slice(0, 40)} in ${where}`,
          value === null ? { hint: 'A masked class is the string "-Infinity".' } : {},
        );
      block.values[at + i] = Number(value);
    }
    const text = (k: number): string => String(values[k] ?? "");
    // A missing label is refused, with its row, when labels are understood.
    if (roles.label !== undefined) (block.labels as unknown[]).push(values[roles.label] ?? "");
    if (roles.id !== undefined) block.ids!.push(text(roles.id));
    for (const k of roles.slices) block.slices![names[k]!]!.push(text(k));
    block.rows++;
  }
}

function columnOf(name: string, values: unknown[]): ColumnInfo {
  // One stray value in a column of numbers is an error of that row, not another type.
  const numbers = values.filter((value) => isJsonNumber(value)).length;
  if (2 * numbers > values.length)
    return { name, kind: "number", type: "numbers", whole: values.every((value) => Number.isInteger(value)) };
  return values.some((value) => Array.isArray(value))
    ? { name, kind: "list", type: "lists" }
    : { name, kind: "other", type: typeof values[0] === "string" ? "text" : typeof values[0] };
}
