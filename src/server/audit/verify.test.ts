import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openChain } from "./chain.js";
import { dayFile, daysIn } from "./days.js";
import { type Head, lineOf, macKey } from "./record.js";
import { replayTrail } from "./replay.js";
import { verifyTrail } from "./verify.js";

const key = macKey("a secret that is long enough");
const day = 86_400_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-verify-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Two records on each of four days; gives the head after each. */
function trail(retain?: number): Head[] {
  let at = Date.UTC(2026, 10, 27);
  const chain = openChain({ folder, key, ...(retain !== undefined && { retain }), now: () => at });
  const heads: Head[] = [];
  for (let i = 0; i < 4; i++, at += day)
    for (const id of ["a", "b"])
      heads.push(chain.append(Buffer.from(lineOf({ at, kind: "decide", id: `${i}${id}`, body: "{}" })), 1));
  chain.close();
  return heads;
}

describe("replay and export of what was damaged", () => {
  it.each([
    ["a day that is none", () => writeFileSync(dayFile(folder, daysIn(folder)[1]!), "garbage")],
    ["a day that was cut", () => truncateSync(dayFile(folder, daysIn(folder)[1]!), 5000)],
    [
      "a record that says nothing of its scores",
      () => {
        const chain = openChain({ folder, key, now: () => Date.UTC(2026, 10, 28) });
        chain.append(Buffer.from(lineOf({ at: 0, kind: "decide", id: "x", body: "{}", scores: new Uint8Array(8) })), 1);
        chain.close();
      },
    ],
  ])("name the day: %s", (_, damage) => {
    trail();
    damage();
    expect(() => replayTrail(folder)).toThrow(/Cannot read .*sqlite: it must be a day of a trail as it was written/);
  });
});

describe("verification", () => {
  it("names the day that cannot be read, and still follows the others", () => {
    trail();
    const [, second, third] = daysIn(folder);
    writeFileSync(dayFile(folder, second!), "garbage");
    const { faults, records } = verifyTrail(folder, key);
    expect(faults[0]).toMatchObject({ day: second, what: expect.stringContaining("cannot be read") });
    expect(faults.slice(1).map(({ what }) => what)).toEqual(["records 3 to 5 are missing"]);
    expect(records).toBe(8);
    truncateSync(dayFile(folder, third!), 1000);
    expect(verifyTrail(folder, key).faults.map((one) => one.day)).toContain(third);
  });

  it("calls a day that was taken missing, and what follows it sound", () => {
    trail();
    const [, second, third] = daysIn(folder);
    rmSync(dayFile(folder, second!));
    expect(verifyTrail(folder, key).faults).toEqual([{ day: third, seq: 6, what: "records 3 to 5 are missing" }]);
  });

  it("says of a head in days that were given up that it says nothing", () => {
    const heads = trail(2);
    const given = verifyTrail(folder, key, heads[0]);
    expect([given.whole, given.headGivenUp]).toEqual([true, true]);
    expect(verifyTrail(folder, key, heads[6])).toMatchObject({ whole: true });
    expect(verifyTrail(folder, key, heads[6]).headGivenUp).toBeUndefined();
    // The last one that was given up is known: what goes on from it names it.
    expect(verifyTrail(folder, key, heads[3]).faults).toEqual([]);
    expect(verifyTrail(folder, key, { ...heads[3]!, mac: "0".repeat(64) }).whole).toBe(false);
  });

  it("knows days that a service gives up which starts with fewer to keep", () => {
    trail();
    const chain = openChain({ folder, key, retain: 2, now: () => Date.UTC(2026, 10, 30) });
    chain.append(Buffer.from(lineOf({ at: 0, kind: "decide", id: "new", body: "{}" })), 1);
    chain.close();
    expect(daysIn(folder)).toEqual(["2026-11-29", "2026-11-30"]);
    const { whole, retired } = verifyTrail(folder, key);
    expect([whole, retired.map((one) => one.day)]).toEqual([true, ["2026-11-27", "2026-11-28"]]);
  });

  it("still names a damaged day that is old enough to be given up", () => {
    trail();
    writeFileSync(dayFile(folder, "2026-11-28"), "garbage".repeat(1000));
    const chain = openChain({ folder, key, retain: 1, now: () => Date.UTC(2026, 10, 30) });
    chain.append(Buffer.from(lineOf({ at: 0, kind: "decide", id: "new", body: "{}" })), 1);
    chain.close();
    expect(daysIn(folder)).toEqual(["2026-11-28", "2026-11-30"]);
    expect(verifyTrail(folder, key).faults[0]).toMatchObject({ day: "2026-11-28" });
  });

  it("knows an old copy of the folder by a head that was remembered, and by nothing else", () => {
    trail();
    const old = `${folder}-old`;
    cpSync(folder, old, { recursive: true });
    const chain = openChain({ folder, key, now: () => Date.UTC(2026, 10, 30) });
    const head = chain.append(Buffer.from(lineOf({ at: 0, kind: "decide", id: "new", body: "{}" })), 1);
    chain.close();
    rmSync(folder, { recursive: true });
    cpSync(old, folder, { recursive: true });
    rmSync(old, { recursive: true });
    expect(verifyTrail(folder, key).whole).toBe(true);
    expect(verifyTrail(folder, key, head).whole).toBe(false);
  });
});
