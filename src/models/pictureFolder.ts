import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { LogitsError } from "../core/index.js";

/** True for a folder, false for a file; refuses what is not there. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new LogitsError("bad-data", `Cannot read ${path}: there is no such file or folder`);
  return found.isDirectory();
}

/** What lies in a folder, in the order of names; hidden files are left out. */
export async function inFolder(folder: string): Promise<{ folders: string[]; pictures: string[]; others: string[] }> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  const found = { folders: [] as string[], pictures: [] as string[], others: [] as string[] };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // What a link leads to counts.
    const real = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
    if (real?.isDirectory()) found.folders.push(entry.name);
    else (/\.(png|jpe?g)$/i.test(entry.name) ? found.pictures : found.others).push(entry.name);
  }
  return found;
}
