import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LogitsError } from "../../core/index.js";

/** Makes the folder of a trail where there is none. One step at a time: where no folder can be made, as in /proc, Node's own way of making several never ends. */
export function makeFolder(folder: string): void {
  intoFolder(folder, () => {
    const missing: string[] = [];
    for (let path = resolve(folder); !statSync(path, { throwIfNoEntry: false }); path = dirname(path))
      missing.push(path);
    for (const path of missing.toReversed()) mkdirSync(path, { mode: 0o700 });
  });
}

/** Does what writes into the folder of a trail, and says in one line why that cannot be. */
export function intoFolder<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw cause;
    throw new LogitsError(
      "bad-data",
      `Cannot write a trail in ${folder}: it must be a folder in which files can be made, got ${code}`,
      { hint: "Give another --audit folder, or the right to write into this one.", cause },
    );
  }
}
