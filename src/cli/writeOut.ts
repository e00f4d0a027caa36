import { writeFile } from "../formats/file.js";
import { formatOfName, type WritableTable, type Written, writeTable } from "../formats/writeTable.js";

/** Writes a table where the user asked, in the format that the extension picks; aside first, so that nothing is left half written. */
export async function writeOut(path: string, table: WritableTable): Promise<Written> {
  const format = formatOfName(path);
  return writeFile(path, (sink) => writeTable(table, format, sink));
}
