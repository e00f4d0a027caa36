import fs, { mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { type Chain, openChain } from "./chain.js";
import { daysIn } from "./days.js";
import { lineOf, macKey } from "./record.js";
import { verifyTrail } from "./verify.js";

const key = macKey("a secret that is long enough");
const day = 86_400_000;
let folder: string;
let at: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-chain-"));
  at = Date.UTC(2026, 10, 27);
  return () => rmSync(folder, { recursive: true, force: true });
});

const open = (with_ = key, retain?: number): Chain =>
  openChain({ folder, key: with_, now: () => at, ...(retain !== undefined && { retain }) });
const add = (chain: Chain, id: string): unknown =>
  chain.append(Buffer.from(lineOf({ at, kind: "decide", id, body: "{}" })), 1);

it("another secret is noticed where a day holds its anchor alone", () => {
  const chain = open();
  add(chain, "a");
  at += day;
  // The day begins, and its first record does not come to the disk.
  expect(() => chain.append(undefined as unknown as Uint8Array, 1)).toThrow();
  const head = chain.head();
  chain.close();
  expect(daysIn(folder).at(-1)).toBe("2026-11-28");
  expect(() => open(macKey("another secret, long enough"))).toThrow("its last record must be sealed with this key");
  const again = open();
  expect(again.head()).toEqual(head);
  add(again, "b");
  again.close();
  expect(verifyTrail(folder, key).whole).toBe(true);
});

it("loses and mis-seals nothing where the clock was ahead, also over starts", () => {
  let chain = open(key, 2);
  add(chain, "a");
  at += 400 * day;
  add(chain, "b");
  chain.close();
  at -= 400 * day;
  chain = open(key, 2);
  add(chain, "c");
  at += day;
  add(chain, "d");
  const head = chain.head();
  chain.close();
  expect(daysIn(folder)).toEqual(["2026-11-27", "2028-01-01"]);
  expect(verifyTrail(folder, key, head)).toMatchObject({ whole: true, records: head.seq });
});

it.skipIf(process.platform !== "linux")("leaves no file open where a day cannot begin (skipped without /proc)", () => {
  const chain = open();
  add(chain, "a");
  const full = (): never => {
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  };
  const { writeSync } = fs;
  onTestFinished(() => void (fs.writeSync = writeSync));
  fs.writeSync = full;
  at += day;
  // Of this folder alone: the process opens others meanwhile.
  const files = (): number =>
    fs.readdirSync("/proc/self/fd").filter((fd) => {
      const path = `/proc/self/fd/${fd}`;
      return fs.existsSync(path) && fs.readlinkSync(path).startsWith(folder);
    }).length;
  const before = files();
  for (let i = 0; i < 10; i++) expect(() => add(chain, "b")).toThrow("disk I/O error");
  expect(files()).toBe(before);
  fs.writeSync = writeSync;
  add(chain, "c");
  chain.close();
  expect(verifyTrail(folder, key)).toMatchObject({ whole: true, records: 3 });
});

it("goes on where a day that is given up cannot be taken away, and says so once a day", () => {
  const chain = open(key, 1);
  add(chain, "a");
  const { rmSync: remove } = fs;
  const set = (to: typeof remove): void => {
    fs.rmSync = to;
    syncBuiltinESMExports();
  };
  onTestFinished(() => set(remove));
  set((path, options) => {
    if (String(path).includes("2026-11-27")) throw Object.assign(new Error("in use"), { code: "EPERM" });
    remove(path, options);
  });
  at += day;
  for (const id of ["b", "c", "d"]) add(chain, id);
  expect(verifyTrail(folder, key)).toMatchObject({ whole: true, records: 6, retired: [{ day: "2026-11-27" }] });
  set(remove);
  at += day;
  add(chain, "e");
  chain.close();
  expect(daysIn(folder)).toEqual(["2026-11-29"]);
  expect(verifyTrail(folder, key).whole).toBe(true);
});
