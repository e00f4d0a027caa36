import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";

/** Writes aside and renames: the file is there as a whole, or as it was before. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    await writeFile(aside, text);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
