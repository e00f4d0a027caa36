import { writeFile } from "../formats/file.js";
import { formatOfName, outlineOf, type WritableTable, type Written, writeTable } from "../formats/writeTable.js";

/** Formats whose readers take a column that nobody named for scores. */
const columnar: readonly string[] = ["csv", "tsv", "parquet", "arrow"];

/** Writes a table where the user asked, in the format that the extension picks; aside first, so that nothing is left half written. */
export async function writeOut(path: string, table: WritableTable): Promise<Written> {
  const format = formatOfName(path);
  const written = await writeFile(path, (sink) => writeTable(table, format, sink));
  const slices = columnar.includes(format) ? (await outlineOf(table)).slices : [];
  if (slices.length === 0) return written;
  return { ...written, notes: [...written.notes, `To read ${path}: --slice-columns ${slices.join(",")}`] };
}
