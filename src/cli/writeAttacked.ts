import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { LogitsError } from "../core/index.js";
import { writeFile } from "../formats/file.js";
import { type ArrayToWrite, writeArrays } from "../formats/writeArrays.js";
import type { Assessed, Replicates } from "../learn/index.js";

/**
 * The file of one attack: `logits` are those of the attacked rows, so that any command reads it as a table; beside them `clean`, `success`, and
 * `replicates` and `clean_replicates` (rows × replicates × classes).
 */
export async function writeAttacked(
  path: string,
  { attacked: { attacked, clean, success }, replicates }: Assessed,
  cleanReplicates: Replicates,
  classes: readonly string[],
): Promise<void> {
  const { rows } = attacked;
  const table = [rows, attacked.classes];
  const cube = [rows, replicates.replicates, replicates.classes];
  const arrays: ArrayToWrite[] = [
    { name: "logits", shape: table, values: attacked.values },
    { name: "clean", shape: table, values: clean.values },
    { name: "labels", shape: [rows], values: attacked.labels! },
    { name: "ids", shape: [rows], values: attacked.ids! },
    { name: "success", shape: [rows], values: success },
    { name: "replicates", shape: cube, values: replicates.values },
    { name: "clean_replicates", shape: cube, values: cleanReplicates.values },
  ];
  if (classes.some((name, k) => name !== String(k)))
    arrays.push({ name: "classes", shape: [classes.length], values: classes });
  await writeFile(path, (sink) => writeArrays(arrays, sink));
}

/** Where an attack's file goes: as asked, or with the method before the extension where there are several. */
export const pathOf = (output: string, method: string, several: boolean): string =>
  several ? output.replace(/\.npz$/i, `-${method}$&`) : output;

/** Refuses a place in a folder that there is not, before minutes are spent. */
export async function checkPlace(output: string): Promise<void> {
  const found = await stat(dirname(output)).catch(() => undefined);
  if (found?.isDirectory()) return;
  const got = found ? "a file" : "none";
  throw new LogitsError("bad-data", `Cannot write ${output}: its folder must exist, got ${got}`);
}
