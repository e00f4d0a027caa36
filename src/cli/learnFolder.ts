import { access, constants, lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LogitsError } from "../core/index.js";
import { type Checkpoint, readCheckpoint } from "../learn/checkpoint.js";
import { lockFolder } from "./folderLock.js";

/** What a run leaves in its folder. */
export const files = {
  model: "model.onnx",
  validation: "val.npz",
  test: "test.npz",
  calibrator: "calibrator.json",
  card: "card.json",
} as const;

const reasons: Record<string, string> = {
  EEXIST: "it must be a folder, got a file",
  ENOENT: "it must be a place where a folder can be made, got none",
  ELOOP: "it must be a folder, got a link to itself",
  ENAMETOOLONG: "its name must be shorter",
  EPERM: "it must be a folder where you may write, got no permission",
  ENOTDIR: "it must be a folder, got a file",
  EACCES: "it must be a folder where you may write, got no permission",
  EROFS: "it must be a folder where you may write, got a read-only file system",
  ENOSPC: "there must be room for it, got a full disk",
  EDQUOT: "there must be room for it, got a used-up quota",
};

/** What is written aside, and what is left where that ended before its time. */
const half =
  /^((model\.onnx|val\.npz|test\.npz|calibrator\.json|card\.json|checkpoint)\.[0-9a-f]{8}\.part|lock\.[0-9a-f]{16})$/;

/** As `mkdir -p`. Node's own never ends where a file system lets nobody make folders, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(folder); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  for (const at of missing)
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      // Another program was faster.
      if (error.code !== "EEXIST") throw error;
    });
  const found = await stat(folder);
  if (!found.isDirectory()) throw Object.assign(new Error(`${folder} is no folder`), { code: "ENOTDIR" });
}

/** False where nothing has that name; what cannot be looked at is somebody else's to refuse. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );

/**
 * Makes the folder, keeps other runs out of it, and takes away what a killed run had half written.
 *
 * @returns what lets others in again
 */
export async function openFolder(folder: string): Promise<() => Promise<void>> {
  let release: () => Promise<void>;
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    release = await lockFolder(folder);
  } catch (error) {
    const reason = LogitsError.isInstance(error) ? undefined : reasons[(error as NodeJS.ErrnoException).code ?? ""];
    if (reason === undefined) throw error;
    throw new LogitsError("bad-data", `Cannot write ${folder}: ${reason}`, { cause: error });
  }
  try {
    for (const name of await readdir(folder)) if (half.test(name)) await rm(join(folder, name), { force: true });
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

export const checkpointIn = (folder: string): string => join(folder, "checkpoint");

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** An error of writing, with what to do where a checkpoint keeps all that was learned. */
export async function withAdvice(error: unknown, folder: string): Promise<unknown> {
  const isWriting = LogitsError.isInstance(error) && error.message.startsWith("Cannot write ");
  if (!isWriting || !(await isFile(checkpointIn(folder)))) return error;
  const hint = "What was learned is kept: when that is mended, --resume goes on.";
  return new LogitsError(error.code, error.message, { hint, cause: error });
}

/** The checkpoint to go on from. Without --resume there must be none, so that nobody's run is lost by a slip. */
export async function unfinished(folder: string, resume: boolean): Promise<Checkpoint | undefined> {
  const path = checkpointIn(folder);
  if (await isFile(path)) {
    if (resume) return readCheckpoint(path);
    throw new LogitsError("bad-data", `Cannot train into ${folder}: it must hold no unfinished run, got a checkpoint`, {
      hint: `--resume goes on with it; to begin again, remove ${path}`,
    });
  }
  if (resume && (await isFile(join(folder, files.card))))
    throw new LogitsError(
      "bad-data",
      `Cannot resume in ${folder}: it must hold an unfinished run, got a finished one`,
      {
        hint: "Without --resume it is trained anew.",
      },
    );
  return undefined;
}

/** What a setting is called where it is a flag. */
const flagOf: Record<string, string> = Object.fromEntries(
  ["epochs", "batch", "decay", "patience", "seed", "augment", "overfit"].map((name) => [name, `--${name}`]),
);
flagOf["rate"] = "--lr";

/** Refuses to go on with a run that was asked for something else: its bits would be nobody's. */
export function checkSame(folder: string, began: Record<string, unknown>, now: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(now)) {
    const [before, after] = [began[name] ?? null, value ?? null].map((one) => JSON.stringify(one));
    if (before === after) continue;
    const what =
      name === "examples"
        ? "the examples must be those that it began with, got others"
        : `${flagOf[name] ?? name} must be ${before} as it began with, got ${after}`;
    throw new LogitsError("mismatch", `Cannot resume in ${folder}: ${what}`);
  }
}
