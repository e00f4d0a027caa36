import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { LogitsError } from "../../core/index.js";

/** Takes a folder for this process; a second service on the same trail would break its chain. Gives back what gives it free. */
export function own(folder: string): () => void {
  const path = join(folder, "owner");
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, `${process.pid} ${startOf(process.pid) ?? ""}\n`);
      fsyncSync(file);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = ownerOf(folder);
      if (owner !== undefined || attempt > 2) {
        throw new LogitsError(
          "bad-data",
          `Cannot write the trail in ${folder}: it must have one writer, got process ${owner} which is writing it`,
          { hint: "Stop that service first, or give this one its own --audit folder." },
        );
      }
      rmSync(path, { force: true });
    }
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
