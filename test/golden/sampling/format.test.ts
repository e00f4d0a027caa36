import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Case {
  name: string;
  kept?: number;
  keptHash?: string;
  top?: [number, number][];
  splitsTies?: boolean;
}

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const engines = files
  .map((file) => ({ file, document: JSON.parse(readFileSync(new URL(file, folder), "utf8")) }))
  .filter(({ document }) => document.cases !== undefined);

function hashOf(ids: number[]): string {
  const sorted = Uint32Array.from(ids).sort();
  return createHash("sha256").update(new Uint8Array(sorted.buffer)).digest("hex");
}

describe.each(engines)("$file", ({ document }) => {
  const cases: Case[] = document.cases;
  const listed = cases.filter((c) => c.top !== undefined && c.top.length === c.kept && c.kept > 0);

  it("names its package, version and command, and its default chain", () => {
    for (const key of ["engine", "package", "version", "command"]) expect(document[key], key).toMatch(/\S/);
    expect(document.tolerance).toBeLessThanOrEqual(1e-5);
    expect(document.defaults.length).toBeGreaterThan(0);
    for (const entry of document.defaults) expect(Object.keys(entry)).toEqual(expect.arrayContaining(["sampler", "params", "default"]));
  });

  it("has one case a name", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it("hashes the kept ids as the README says, where all of them are listed", () => {
    for (const c of listed) expect(hashOf((c.top ?? []).map(([id]) => id)), c.name).toBe(c.keptHash);
  });

  it("has probabilities that sum to 1 and fall", () => {
    for (const c of listed) {
      const p = (c.top ?? []).map(([, value]) => value);
      expect(p.reduce((a, b) => a + b, 0), c.name).toBeCloseTo(1, 6);
      expect([...p].sort((a, b) => b - a), c.name).toEqual(p);
    }
  });
});

it("fits in 5 MB", () => {
  const bytes = files.reduce((sum, file) => sum + statSync(new URL(file, folder)).size, 0);
  expect(bytes).toBeLessThan(5e6);
});
