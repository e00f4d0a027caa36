import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run.js";
import { logits } from "../support/commandLine.js";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-decide-"));
  const params = { positive: ["dos"], threshold: 2, above: "block", below: "pass" };
  const classes = ["normal", "dos", "probe"];
  writeFileSync(at("P.json"), JSON.stringify({ kind: "policy", version: 1, method: "threshold", params, classes }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("many rows", () => {
  it("-o leaves what was there where a later row cannot be decided about", async () => {
    const rows = Array.from({ length: 20000 }, () => "1.5,2.25,3.5").join("\n");
    writeFileSync(at("late.csv"), `normal,dos,probe\n${rows}\n1.5,NaN,3.5\n`);
    writeFileSync(at("D.jsonl"), "before\n");
    const { status, err } = await logits(
      "decide",
      at("late.csv"),
      "--kind",
      "logits",
      "--policy",
      at("P.json"),
      "-o",
      at("D.jsonl"),
    );
    expect([status, err]).toEqual([3, expect.stringContaining("Cannot use row 20000")]);
    expect(readFileSync(at("D.jsonl"), "utf8")).toBe("before\n");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("waits for a reader that is slow, and goes on with one that is not", async () => {
    writeFileSync(at("many.csv"), `normal,dos,probe\n${"1.5,2.25,3.5\n".repeat(30000)}`);
    let [waiting, said] = [0, 0];
    const status = await runCli(["decide", at("many.csv"), "--kind", "logits", "--policy", at("P.json"), "--json"], {
      out: (text) => {
        // Nothing more is said before the last was taken.
        expect(waiting++).toBe(0);
        said += text.split("\n").length - 1;
      },
      taken: async () => {
        await new Promise((done) => setTimeout(done, 1));
        waiting = 0;
      },
      err: () => undefined,
      outIsTty: false,
      errIsTty: false,
      columns: 80,
      color: false,
    });
    expect([status, said]).toEqual([0, 30000]);
  });
});
