import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../core/index.js";
import { writeFile } from "../formats/file.js";
import { type GuardRow, scorer, validateGuard, type Watch, watchRows, type WatchState } from "../guard/index.js";

/** A guard that is made ready, and the alarm over the stream it sees. */
export interface Watching {
  score(batch: Batch): GuardRow[];
  /** Looks at the next rows of the stream; gives what rang when it rings for the first time. */
  look(batch: Batch): NonNullable<WatchState["rung"]> | undefined;
  readonly state: WatchState;
  /** Of the guard's document. */
  hash: string;
}

const fileIn = (folder: string): string => join(folder, "watch.json");

/**
 * Makes a guard ready.
 *
 * @param folder where its watch was kept: it goes on from there when it is of the same guard.
 */
export function watching(document: unknown, classes: readonly string[] | undefined, folder?: string): Watching {
  const guard = validateGuard(document, classes);
  const hash = createHash("sha256").update(JSON.stringify(document)).digest("hex");
  const kept = folder === undefined ? undefined : keptIn(folder, hash);
  const watch: Watch = watchRows(guard, kept ? { state: kept } : {});
  const score = scorer(guard);
  return {
    score,
    look(batch) {
      const before = watch.state.rung;
      const { rung } = watch.add(score(batch));
      return before ? undefined : rung;
    },
    state: watch.state,
    hash,
  };
}

/** Keeps the watch for the next start. */
export async function keepWatch(folder: string, { hash, state }: Watching): Promise<void> {
  const text = JSON.stringify({ guard: hash, state });
  await writeFile(fileIn(folder), (sink) => sink.write(new TextEncoder().encode(text)));
}

function keptIn(folder: string, hash: string): WatchState | undefined {
  try {
    const { guard, state } = JSON.parse(readFileSync(fileIn(folder), "utf8"));
    return guard === hash ? state : undefined;
  } catch {
    // A watch that cannot be read begins anew: revoked contracts are kept elsewhere.
    return undefined;
  }
}
