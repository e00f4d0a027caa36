import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { spawned } from "../support/commandLine.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-stdin-"));
  const params = { positive: ["dos"], threshold: 2, above: "block", below: "pass" };
  const policy = { kind: "policy", version: 1, method: "threshold", params };
  writeFileSync(at("P.json"), JSON.stringify({ ...policy, classes: ["normal", "dos", "probe"] }));
  writeFileSync(at("two.json"), JSON.stringify({ ...policy, classes: ["normal", "dos"] }));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];

/** The command with standard input that stays open, and what it says line by line. */
function running(...flags: string[]) {
  const child = spawn(process.execPath, [main, "decide", "-", ...flags], { stdio: ["pipe", "pipe", "pipe"] });
  children.push(child);
  let lines: AsyncIterator<string> | undefined;
  const next = async (): Promise<{ row: number; action: string }> => {
    lines ??= createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return JSON.parse((await lines.next()).value);
  };
  return { child, next, tell: (text: string) => void child.stdin.write(text) };
}

describe("logits decide -", () => {
  it.each<[format: string, texts: string[]]>([
    ["JSON lines", ["[1.5,9,-3]\n", "[9,1.5,-3]\n", '[0,"-Infinity",-3]\n']],
    ["CSV", ["normal,dos,probe\n1.5,9,-3\n", "9,1.5,-3\n", "0,-inf,-3\n"]],
  ])("answers each row of %s before the next is there", async (_format, texts) => {
    const { child, next, tell } = running("--policy", at("P.json"), "--json");
    for (const [row, action] of ["block", "pass", "pass"].entries()) {
      tell(texts[row]!);
      expect(await next()).toMatchObject({ row, action });
    }
    child.stdin.end();
    expect(await once(child, "close")).toEqual([0, null]);
  });

  it.each<[why: string, policy: string, text: string]>([
    ["a row is none", "P.json", "[1,-2,3]\n[1,2]\n"],
    ["the policy is of other classes", "two.json", "[1,-2,3]\n"],
    ["it cannot be told what they are", "P.json", "1\n2\n"],
  ])("ends with 3 where %s, although whoever writes goes on", async (_why, policy, text) => {
    const { child, tell } = running("--policy", at(policy));
    tell(text);
    expect(await once(child, "close")).toEqual([3, null]);
  });

  it("says of many rows what it says of a file of them", () => {
    const row = (i: number): string => `${Math.sin(i).toFixed(4)},${(9 * Math.cos(i)).toFixed(4)},-1.5`;
    const csv = `normal,dos,probe\n${Array.from({ length: 20_000 }, (_, i) => row(i)).join("\n")}\n`;
    writeFileSync(at("rows.csv"), csv);
    const flags = ["--policy", at("P.json"), "--json"];
    spawned(csv, "decide", "-", ...flags, "-o", at("piped.jsonl"));
    spawned("", "decide", at("rows.csv"), ...flags, "-o", at("file.jsonl"));
    expect(readFileSync(at("piped.jsonl")).equals(readFileSync(at("file.jsonl")))).toBe(true);
  });

  // Memory is read where Linux says it.
  it.runIf(process.platform === "linux")(
    "holds few rows at a time",
    async () => {
      const { child } = running("--policy", at("P.json"), "--json");
      child.stdout.resume();
      const memory = (): number =>
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
      const row = (i: number): string => JSON.stringify({ logits: [i / 7, 1.5, -i / 9], text: "x".repeat(2000) });
      const rows = `${Array.from({ length: 500 }, (_, i) => row(i)).join("\n")}\n`;
      const after: number[] = [];
      for (let part = 0; part < 120; part++) {
        if (!child.stdin.write(rows)) await once(child.stdin, "drain");
        if (part % 40 === 39) after.push(memory());
      }
      child.stdin.end();
      expect(await once(child, "close")).toEqual([0, null]);
      // Two thirds of the rows are 77 MiB.
      expect(after[2]! - after[0]!).toBeLessThan(40);
    },
    60_000,
  );
});
