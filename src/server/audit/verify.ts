import type { KeyObject } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogitsError } from "../../core/index.js";
import { dayFile, daysIn } from "./days.js";
import { genesisMac, type Head, macOf, type Sealed } from "./record.js";
import { readRecords } from "./sqlite.js";

export interface Verification {
  /** Whether every record is as it was written, none is missing, and a head that was given is among them. */
  whole: boolean;
  records: number;
  days: string[];
  first?: number;
  head?: Head;
  /** Days that were given up, each said so by a record that is sealed. */
  retired: { day: string; to?: Head }[];
  /** What is wrong, and where. */
  faults: { day: string; seq?: number; what: string }[];
}

/** Every record of a trail in order, read from a copy, so that a service may go on writing and evidence is never touched. */
export function* recordsOf(folder: string): Generator<Sealed & { day: string }> {
  if (!existsSync(folder)) {
    throw new LogitsError("bad-data", `Cannot read ${folder}: a trail must be a folder, got nothing there`);
  }
  const days = daysIn(folder);
  if (days.length === 0) {
    throw new LogitsError("bad-data", `Cannot read ${folder}: a trail must hold files like 2026-11-27.sqlite, got none`);
  }
  for (const day of days) {
    const scratch = mkdtempSync(join(tmpdir(), "logits-audit-"));
    try {
      const copy = join(scratch, "day.sqlite");
      copyDay(dayFile(folder, day), copy);
      for (const record of readRecords(copy)) yield { ...record, day };
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
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
    if (attempt === 20) throw new LogitsError("bad-data", `Cannot read ${path}: it must rest for a moment, got changed 20 times`);
  }
}

/**
 * Follows the chain from its first record.
 *
 * @param head an end that is remembered from elsewhere (`logits_audit_head` of /metrics): without one, a tail that was cut off cannot be seen.
 */
export function verifyTrail(folder: string, key: KeyObject, head?: Head): Verification {
  const result: Verification = { whole: true, records: 0, days: daysIn(folder), retired: [], faults: [] };
  let previous: Sealed | undefined;
  let before: { day: string; seq: number; mac: string } | undefined;
  let seen = head?.seq === 0;
  try {
    for (const record of recordsOf(folder)) {
      const fault = (what: string): void => void result.faults.push({ day: record.day, seq: record.seq, what });
      result.first ??= record.seq;
      result.records++;
      let code: Uint8Array | undefined = previous?.mac;
      if (!previous) {
        if (record.kind === "anchor") before = JSON.parse(record.body).previous;
        code = before ? Buffer.from(before.mac, "hex") : genesisMac(key);
        if (record.seq !== (before?.seq ?? 0) + 1) fault("the records before it are missing");
      } else if (record.seq !== previous.seq + 1) fault(`records ${previous.seq + 1} to ${record.seq - 1} are missing`);
      if (!macOf(key, code!, record.seq, record).equals(record.mac)) fault("it is not what was sealed");
      if (record.kind === "retired") result.retired.push(JSON.parse(record.body));
      const mac = Buffer.from(record.mac).toString("hex");
      if (head && record.seq === head.seq) {
        seen = mac === head.mac;
        if (!seen) fault("it is another than the head that was given");
      }
      result.head = { seq: record.seq, mac };
      previous = record;
      if (result.faults.length >= 20) break;
    }
  } catch (error) {
    if (LogitsError.isInstance(error)) throw error;
    result.faults.push({ day: result.days.at(-1)!, what: `it cannot be read: ${(error as Error).message}` });
  }
  if (before && !result.retired.some(({ to }) => to?.seq === before.seq && to.mac === before.mac))
    result.faults.push({ day: result.days[0]!, what: `days up to record ${before.seq} are missing, and no record gives them up` });
  if (head && !seen && !result.faults.some(({ seq }) => seq === head.seq))
    result.faults.push({ day: result.days.at(-1)!, what: `the trail ends at record ${result.head?.seq ?? 0}, before the head ${head.seq} that was given` });
  result.whole = result.faults.length === 0;
  return result;
}
