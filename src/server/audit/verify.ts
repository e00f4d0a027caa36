import type { KeyObject } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogitsError } from "../../core/index.js";
import { dayFile, daysIn } from "./days.js";
import { type Block, anchorOf, entriesOf, type Entry, genesisMac, type Head, hex, macOf } from "./record.js";
import { readBlocks } from "./sqlite.js";

export interface Verification {
  /** Whether every record is as it was written, none is missing, and a head that was given is among them. */
  whole: boolean;
  records: number;
  days: string[];
  first?: number;
  head?: Head;
  /** Days that were given up, each said so by a record that is sealed. */
  retired: { day: string; to?: Head }[];
  /** The head that was given lies in days that were given up: nothing here can be held against it. */
  headGivenUp?: true;
  /** What is wrong, and where. */
  faults: { day: string; seq?: number; what: string }[];
}

function daysOf(folder: string): string[] {
  if (!existsSync(folder))
    throw new LogitsError("bad-data", `Cannot read ${folder}: a trail must be a folder, got nothing there`);
  const days = daysIn(folder);
  if (days.length > 0) return days;
  throw new LogitsError("bad-data", `Cannot read ${folder}: a trail must hold files like 2026-11-27.sqlite, got none`);
}

/** Every block of a day in order, read from a copy, so that a service may go on writing and evidence is never touched. */
function* blocksOfDay(folder: string, day: string): Generator<Block & { day: string }> {
  const scratch = mkdtempSync(join(tmpdir(), "logits-audit-"));
  try {
    const copy = join(scratch, "day.sqlite");
    copyDay(dayFile(folder, day), copy);
    for (const block of readBlocks(copy)) yield { ...block, day };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Every record of a trail in order.
 *
 * @throws "bad-data" where one cannot be read: no seal is checked, but what is damaged is named.
 */
export function* recordsOf(folder: string): Generator<Entry & { seq: number; day: string }> {
  for (const day of daysOf(folder)) {
    const blocks = blocksOfDay(folder, day);
    for (;;) {
      const read = readable(folder, day, () => {
        const { value: block } = blocks.next();
        return block && { first: block.first, entries: entriesOf(block) };
      });
      if (!read) break;
      let seq = read.first;
      for (const entry of read.entries) yield { ...entry, seq: seq++, day };
    }
  }
}

/** What is read from a day, or an error that names the day. */
export function readable<T>(folder: string, day: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (LogitsError.isInstance(error)) throw error;
    throw new LogitsError(
      "bad-data",
      `Cannot read ${dayFile(folder, day)}: it must be a day of a trail as it was written, got ${(error as Error).message}`,
      { hint: "logits audit verify says what was changed or is missing.", cause: error },
    );
  }
}

/** A day's file with its log, as they were at one moment: a checkpoint between the two copies changes the first, and they are taken again. */
function copyDay(path: string, to: string): void {
  const stamp = (): string => {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  };
  for (let attempt = 0; ; attempt++) {
    const before = stamp();
    copyFileSync(path, to);
    rmSync(`${to}-wal`, { force: true });
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${to}-wal`);
    if (before === stamp()) return;
    if (attempt === 20)
      throw new LogitsError("bad-data", `Cannot read ${path}: it must rest for a moment, got changed 20 times`);
  }
}

/**
 * Follows the chain from its first record.
 *
 * @param head an end that is remembered from elsewhere (`logits_audit_head` of /metrics): without one, neither a tail that was cut off nor an old copy of the
 *   whole folder can be seen.
 */
export function verifyTrail(folder: string, key: KeyObject, head?: Head): Verification {
  const days = daysOf(folder);
  const result: Verification = { whole: true, records: 0, days, retired: [], faults: [] };
  /** Where the first day that is here went on from. */
  let before: Head | undefined;
  let previous: Head | undefined;
  let seen = head?.seq === 0;
  const follow = (block: Block & { day: string }): void => {
    const { day, first, count } = block;
    const fault = (what: string): void => void result.faults.push({ day, seq: first, what });
    const last = first + count - 1;
    const entries = entriesIn(block);
    const anchor = anchorOf(entries);
    if (!previous) before = anchor;
    const next = ((previous ?? before)?.seq ?? 0) + 1;
    if (first !== next)
      fault(previous ? `records ${next} to ${first - 1} are missing` : "the records before it are missing");
    // After a gap a day's first record still says what it was sealed over.
    const over = first === next ? (previous ?? before) : (anchor ?? previous);
    const code = over ? Buffer.from(over.mac, "hex") : genesisMac(key);
    if (!macOf(key, code, block).equals(block.mac) || entries.length !== count)
      fault(`records ${first} to ${last} are not what was sealed`);
    for (const { kind, body } of entries) if (kind === "retired") result.retired.push(JSON.parse(body));
    const end: Head = { seq: last, mac: hex(block.mac) };
    if (head && head.seq >= first && head.seq <= last) {
      // A head is the end of a block: one within it was never published.
      seen = isSame(head, end);
      if (!seen) fault("it ends otherwise than the head that was given");
    }
    result.first ??= first;
    result.records += count;
    result.head = previous = end;
  };
  for (const day of days) {
    try {
      for (const block of blocksOfDay(folder, day)) if (result.faults.length < 20) follow(block);
    } catch (error) {
      if (LogitsError.isInstance(error)) throw error;
      result.faults.push({ day, what: `it cannot be read: ${(error as Error).message}` });
    }
  }
  if (before && !result.retired.some(({ to }) => isSame(to, before)))
    result.faults.push({
      day: days[0]!,
      what: `days up to record ${before.seq} are missing, and no record gives them up`,
    });
  if (head && !seen && (result.head?.seq ?? 0) < head.seq)
    result.faults.push({
      day: days.at(-1)!,
      what: `the trail ends at record ${result.head?.seq ?? 0}, before the head ${head.seq} that was given`,
    });
  if (head && before && head.seq === before.seq && !isSame(head, before))
    result.faults.push({ day: days[0]!, what: "it goes on from another record than the head that was given" });
  if (head && before && head.seq < before.seq) result.headGivenUp = true;
  result.whole = result.faults.length === 0;
  return result;
}

const isSame = (a: Head | undefined, b: Head | undefined): boolean => a?.seq === b?.seq && a?.mac === b?.mac;

/** The records of a block that may have been changed: none where it cannot be read. */
function entriesIn(block: Block): Entry[] {
  try {
    return entriesOf(block);
  } catch {
    return [];
  }
}
