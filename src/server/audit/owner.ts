import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { LogitsError } from "../../core/index.js";

/** Takes a folder for this process; a second service on the same trail would break its chain. Gives back what gives it free. */
export function own(folder: string): () => void {
  const path = join(folder, "owner");
  // Judged and taken by one at a time: of two who find a dead owner at once, the second must see the first.
  const leave = enter(join(folder, "owner.taking"));
  try {
    const owner = ownerOf(folder);
    if (owner !== undefined)
      throw new LogitsError(
        "bad-data",
        `Cannot write the trail in ${folder}: it must have one writer, got process ${owner} which is writing it`,
        { hint: "Stop that service first, or give this one its own --audit folder." },
      );
    rmSync(path, { force: true });
    const file = openSync(path, "wx", 0o600);
    try {
      writeSync(file, `${process.pid} ${startOf(process.pid) ?? ""}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return () => rmSync(path, { force: true });
  } finally {
    leave();
  }
}

/** Makes a folder that nobody else can make meanwhile. What it guards takes a moment: one that is older was left by a process that was killed. */
function enter(gate: string): () => void {
  for (;;) {
    try {
      mkdirSync(gate);
      return () => rmSync(gate, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const made = statSync(gate, { throwIfNoEntry: false })?.mtimeMs;
    // Either way round: the clock may have been set back since.
    if (made !== undefined && Math.abs(Date.now() - made) > 10_000) rmSync(gate, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** The process that writes the trail of a folder now, if one does. */
export function ownerOf(folder: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, "owner"), "utf8");
  } catch {
    return undefined;
  }
  const [pid, start = ""] = text.trim().split(" ");
  const number = Number(pid);
  if (!Number.isInteger(number) || number < 1 || !isAlive(number)) return undefined;
  // A number that was given to another process since is not the one that wrote it: in a container it is often the same.
  const now = startOf(number);
  if (now === undefined && number === process.pid) return undefined;
  return start === "" || now === undefined || now === start ? number : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process began, in ticks since the machine did (Linux). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
