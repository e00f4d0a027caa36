import type { KeyObject } from "node:crypto";
import { rmSync } from "node:fs";
import { LogitsError } from "../../core/index.js";
import { dayFile, dayOf, daysIn } from "./days.js";
import { intoFolder, makeFolder } from "./folder.js";
import { own } from "./owner.js";
import { anchorOf, type Block, entriesOf, genesisMac, type Head, hex, lineOf, macOf } from "./record.js";
import { type DayFile, openDay, readBlocks } from "./sqlite.js";

export interface ChainOptions {
  folder: string;
  key: KeyObject;
  /** How many days with records are kept; absent for all. */
  retain?: number;
  now?: () => number;
}

export interface PolicyLine {
  id: string;
  line: string;
}

/** The end of a trail that this process writes. */
export interface Chain {
  /**
   * Seals and commits these lines together, all or none, and gives the new end.
   *
   * @param policies those of the lines that say which policies serve.
   */
  append(lines: Uint8Array, count: number, policies?: readonly PolicyLine[]): Head;
  /** What may be done when nobody waits for a commit. It never throws: what fails is tried again. */
  tidy(): void;
  head(): Head;
  close(): void;
}

/**
 * Opens the trail in a folder, which is made where there is none: one file a day, each record sealed over the one before.
 *
 * The day never goes back with the clock. Retention counts days that hold records, not the calendar: a clock that jumps ahead gives nothing up.
 */
export function openChain({ folder, key, retain, now = Date.now }: ChainOptions): Chain {
  makeFolder(folder);
  const free = intoFolder(folder, () => own(folder));
  try {
    return begin(folder, key, retain, now, free);
  } catch (error) {
    free();
    throw error;
  }
}

function begin(folder: string, key: KeyObject, retain: number | undefined, now: () => number, free: () => void): Chain {
  let [day, file] = openLast(folder, now);
  let [seq, mac] = lastOf(file, key, folder);
  /** Whether days may have to be given up: after the start, where fewer may be kept than before, and with each new day. */
  let due = true;
  /** Policies that serve, to be said again in each day's file: a day must be replayable without the one before. */
  const standing = new Map<string, string>();

  const write = (into: DayFile, lines: Uint8Array, count: number): void => {
    const block = { first: seq + 1, count, lines };
    const code = macOf(key, mac, block);
    into.commit({ ...block, mac: code });
    [seq, mac] = [seq + count, code];
  };
  const say = (into: DayFile, lines: string[]): void => write(into, Buffer.from(lines.join("")), lines.length);
  const entry = (kind: "anchor" | "retired", body: object): string =>
    lineOf({ at: now(), kind, id: "", body: JSON.stringify(body) });

  const turn = (next: string): void => {
    const path = dayFile(folder, next);
    const opened = openDay(path);
    try {
      say(opened, [entry("anchor", { previous: { day, seq, mac: hex(mac) } }), ...standing.values()]);
    } catch (error) {
      opened.close();
      removeDay(path);
      throw error;
    }
    const before = file;
    [file, day, due] = [opened, next, true];
    before.close();
  };
  const retire = (): void => {
    const days = retain === undefined ? [] : daysIn(folder).slice(0, -Math.max(1, retain));
    for (const old of days) {
      const path = dayFile(folder, old);
      let last: Block | undefined;
      try {
        for (const block of readBlocks(path)) last = block;
      } catch {
        // A damaged day stays: verification names it, and somebody has to look.
        continue;
      }
      // Said first, done then: a day that is missing without a word is a trail that was cut.
      const to = last && { seq: last.first + last.count - 1, mac: hex(last.mac) };
      say(file, [entry("retired", { day: old, to })]);
      try {
        removeDay(path);
      } catch {
        // Somebody holds it: it is said again and taken away with the next day. No decision waits for that.
      }
    }
    due = false;
  };

  return {
    append(lines, count, policies = []) {
      const today = dayOf(now());
      if (today > day && seq > 0) turn(today);
      if (due) retire();
      write(file, lines, count);
      for (const { id, line } of policies) standing.set(id, line);
      return { seq, mac: hex(mac) };
    },
    tidy: () => file.tidy(),
    head: () => ({ seq, mac: hex(mac) }),
    close() {
      file.close();
      free();
    },
  };
}

/** The newest file. An empty one beside others is a day that had no time to begin. */
function openLast(folder: string, now: () => number): [string, DayFile] {
  const days = daysIn(folder);
  for (;;) {
    const day = days.pop() ?? dayOf(now());
    const path = dayFile(folder, day);
    const file = openDay(path);
    if (days.length === 0 || file.last()) return [day, file];
    file.close();
    removeDay(path);
  }
}

/** Where the chain goes on, after the last record has been checked against its code. */
function lastOf(file: DayFile, key: KeyObject, folder: string): [number, Uint8Array] {
  const last = file.last();
  if (!last) return [0, genesisMac(key)];
  const previous = last.first === 1 ? genesisMac(key) : (file.before(last.first) ?? anchored(last));
  if (!previous || !macOf(key, previous, last).equals(last.mac)) {
    throw new LogitsError(
      "bad-data",
      `Cannot go on with the trail in ${folder}: its last record must be sealed with this key, got another code`,
      {
        hint: "Give the key that it was written with; or it was changed: see logits audit verify.",
      },
    );
  }
  return [last.first + last.count - 1, last.mac];
}

/** The code that the only block of a day was sealed over. */
function anchored(block: Block): Uint8Array | undefined {
  const anchor = anchorOf(entriesOf(block));
  return anchor && Buffer.from(anchor.mac, "hex");
}

function removeDay(path: string): void {
  for (const end of ["", "-wal", "-journal", "-shm"]) rmSync(path + end, { force: true });
  rmSync(`${path}.lock`, { recursive: true, force: true });
}
