import type { KeyObject } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { LogitsError } from "../../core/index.js";
import { dayFile, dayOf, daysIn } from "./days.js";
import { own } from "./owner.js";
import { type Entry, genesisMac, type Head, macOf, type Sealed } from "./record.js";
import { openRecords, type RecordFile, readRecords } from "./sqlite.js";

export interface ChainOptions {
  folder: string;
  key: KeyObject;
  /** How many days with records are kept; absent for all. */
  retain?: number;
  now?: () => number;
}

/** The end of a trail that this process writes. */
export interface Chain {
  /** Seals and commits these records together, all or none, and gives the new end. */
  append(entries: readonly Entry[]): Head;
  head(): Head;
  close(): void;
}

/**
 * Opens the trail in a folder, which is made where there is none: one file a day, each record sealed over the one before.
 *
 * The day never goes back with the clock. Retention counts days that hold records, not the calendar: a clock that jumps ahead gives nothing up.
 */
export function openChain({ folder, key, retain, now = Date.now }: ChainOptions): Chain {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const free = own(folder);
  try {
    return begin(folder, key, retain, now, free);
  } catch (error) {
    free();
    throw error;
  }
}

function begin(
  folder: string,
  key: KeyObject,
  retain: number | undefined,
  now: () => number,
  free: () => void,
): Chain {
  let [day, file] = openLast(folder, now);
  let [seq, mac] = lastOf(file, key, folder);
  /** Policies that serve, to be said again in each day's file: a day must be replayable without the one before. */
  const standing = new Map<string, Entry>();

  const seal = (entries: readonly Entry[]): Sealed[] => {
    let [at, code] = [seq, mac];
    return entries.map((entry) => {
      code = macOf(key, code, ++at, entry);
      return { ...entry, seq: at, mac: code };
    });
  };
  const write = (into: RecordFile, entries: readonly Entry[]): void => {
    const records = seal(entries);
    into.commit(records);
    const last = records.at(-1);
    if (last) [seq, mac] = [last.seq, last.mac];
    for (const entry of entries) if (entry.kind === "policy") standing.set(entry.id, entry);
  };
  const turn = (next: string): void => {
    const path = dayFile(folder, next);
    const opened = openRecords(path);
    try {
      const previous = { day, seq, mac: hex(mac) };
      const anchor: Entry = { at: now(), kind: "anchor", id: "", body: JSON.stringify({ previous }) };
      write(opened, [anchor, ...standing.values()]);
    } catch (error) {
      opened.close();
      removeDay(path);
      throw error;
    }
    file.close();
    [file, day] = [opened, next];
    retire();
  };
  const retire = (): void => {
    const days = retain === undefined ? [] : daysIn(folder).slice(0, -Math.max(1, retain));
    for (const old of days) {
      const path = dayFile(folder, old);
      let last: Sealed | undefined;
      for (const record of readRecords(path)) last = record;
      const to = last && { seq: last.seq, mac: hex(last.mac) };
      // Said first, done then: a day that is missing without a word is a trail that was cut.
      write(file, [{ at: now(), kind: "retired", id: "", body: JSON.stringify({ day: old, to }) }]);
      removeDay(path);
    }
  };

  return {
    append(entries) {
      const today = dayOf(now());
      if (today > day && seq > 0) turn(today);
      write(file, entries);
      return { seq, mac: hex(mac) };
    },
    head: () => ({ seq, mac: hex(mac) }),
    close() {
      file.close();
      free();
    },
  };
}

/** The newest file. An empty one beside others is a day that had no time to begin. */
function openLast(folder: string, now: () => number): [string, RecordFile] {
  const days = daysIn(folder);
  for (;;) {
    const day = days.pop() ?? dayOf(now());
    const path = dayFile(folder, day);
    const file = openRecords(path);
    if (days.length === 0 || file.last()) return [day, file];
    file.close();
    removeDay(path);
  }
}

/** Where the chain goes on, after the last record has been checked against its code. */
function lastOf(file: RecordFile, key: KeyObject, folder: string): [number, Uint8Array] {
  const last = file.last();
  if (!last) return [0, genesisMac(key)];
  const previous = last.seq === 1 ? genesisMac(key) : file.before(last.seq);
  if (previous && !macOf(key, previous, last.seq, last).equals(last.mac)) {
    throw new LogitsError(
      "bad-data",
      `Cannot go on with the trail in ${folder}: its last record must be sealed with this key, got another code`,
      {
        hint: "Give the key that it was written with; or it was changed: see logits audit verify.",
      },
    );
  }
  return [last.seq, last.mac];
}

function removeDay(path: string): void {
  for (const end of ["", "-wal", "-journal", "-shm"]) rmSync(path + end, { force: true });
  rmSync(`${path}.lock`, { recursive: true, force: true });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
