import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { LogitsError } from "../core/index.js";
import { isDead } from "../models/isDead.js";

/** Who works in a folder. */
interface Holder {
  pid: number;
  host: string;
  token: string;
}

const NAME = "lock";
/** Long enough for another one that takes over the same lock to have done so, in ms. */
const SETTLE = 50;
/** Of this process: after a restart another one may have its number, or it may have that of a dead one. */
const held = new Set<string>();

/**
 * Makes sure that no other run writes into a folder, by a file that names the process. A file that a killed run left behind is taken over.
 *
 * @returns what gives the folder free again
 * @throws "bad-data" where a run is at work
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, NAME);
  const own: Holder = { pid: process.pid, host: hostname(), token: randomBytes(8).toString("hex") };
  const create = (): Promise<boolean> =>
    writeFile(path, JSON.stringify(own), { flag: "wx" }).then(
      () => true,
      async (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        // A disk without room leaves an empty one.
        await rm(path, { force: true }).catch(() => undefined);
        throw error;
      },
    );
  if (!(await create())) {
    const other = await holderOf(path);
    if (other && !isLeft(other)) throw busy(folder, path, other);
    // Aside first: of two that find the same dead one, each takes away at most one file, and the later one sees that it has lost.
    const aside = `${path}.${own.token}`;
    await rename(path, aside).catch(() => undefined);
    await rm(aside, { force: true });
    const isMine = await create();
    await wait(SETTLE);
    const now = await holderOf(path);
    if (!isMine || now?.token !== own.token) throw busy(folder, path, now);
  }
  held.add(own.token);
  return async () => {
    held.delete(own.token);
    if ((await holderOf(path))?.token === own.token) await rm(path, { force: true });
  };
}

/** Undefined where there is none any more. What says nothing of a process is somebody's. */
async function holderOf(path: string): Promise<Partial<Holder> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const found = JSON.parse(text) as Partial<Holder> | null;
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

function isLeft({ pid, host, token }: Partial<Holder>): boolean {
  if (typeof pid !== "number" || host !== hostname()) return false;
  return pid === process.pid ? !held.has(token ?? "") : isDead(pid);
}

function busy(folder: string, path: string, { pid, host }: Partial<Holder> = {}): LogitsError {
  const of = pid === undefined ? "one that does not say its process" : `one of process ${pid}`;
  const on = host === undefined || host === hostname() ? "" : ` on ${host}`;
  return new LogitsError("bad-data", `Cannot train into ${folder}: no other run may be at work there, got ${of}${on}`, {
    hint: `Wait for it, or take another folder; where there is no such run any more, remove ${path}`,
  });
}
