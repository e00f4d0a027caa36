import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import type { Bytes, RawBlock, RawTable } from "./table.js";

/** Longest message: lists of a thousand column names are cut. */
const mostLetters = 400;

/**
 * Opens a table so that whatever a damaged file makes a decoder throw, now or while its blocks are read, is one LogitsError of one line:
 * names that come out of the file may hold anything.
 */
export async function guardedTable(bytes: Bytes, format: string, open: () => Promise<RawTable>): Promise<RawTable> {
  const asLine = (error: unknown): LogitsError => {
    if (!LogitsError.isInstance(error)) {
      const what = error instanceof Error ? error.message : String(error);
      return new LogitsError(
        "bad-data",
        oneLine(`Cannot read ${nameOf(bytes)}: it must be a whole ${format} file, got ${what}`),
        {
          hint: "It was cut short or altered: copy or write it again.",
          cause: error,
        },
      );
    }
    const line = oneLine(error.message);
    if (line === error.message) return error;
    const { row, column, hint } = error;
    const where = {
      ...(row !== undefined && { row }),
      ...(column !== undefined && { column }),
      ...(hint !== undefined && { hint }),
    };
    return new LogitsError(error.code, line, { ...where, cause: error });
  };
  async function* blocks(table: RawTable, rowsPerBlock: number): AsyncIterable<RawBlock> {
    try {
      yield* table.blocks(rowsPerBlock);
    } catch (error) {
      throw asLine(error);
    }
  }
  try {
    const table = await open();
    return { ...table, blocks: (rowsPerBlock) => blocks(table, rowsPerBlock) };
  } catch (error) {
    throw asLine(error);
  }
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  const clean = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  return clean.length > mostLetters ? `${clean.slice(0, mostLetters)}…` : clean;
}
