import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/core/index.js";
import type { PolicyCheck } from "../../src/plan/checkPolicy.js";
import type { ThresholdResult } from "../../src/plan/thresholdOptions.js";
import { attackTable } from "../support/attackTable.js";
import { logits } from "../support/commandLine.js";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "logits-threshold-"));
  attackTable(at("val.csv"), 2000, 1, 6);
  attackTable(at("test.csv"), 2000, 2, 6);
  attackTable(at("worse.csv"), 2000, 3, 1);
  attackTable(at("few.csv"), 200, 4, 6);
  await logits("calibrate", at("val.csv"), "--kind", "logits", "-o", at("C.json"));
  await logits("threshold", at("val.csv"), ...attacks, "--max-fpr", "0.05", "-o", at("P.json"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const attacks = ["--positive", "not:normal", "--kind", "logits"];
const json = async (...argv: string[]): Promise<{ status: number | null; document: ThresholdResult; err: string }> => {
  const { status, out, err } = await logits("threshold", ...argv, "--json");
  return { status, document: JSON.parse(out) as ThresholdResult, err };
};

describe("logits threshold --check", () => {
  it("a promise that holds leaves with status 0", async () => {
    const { status, out } = await logits("threshold", at("test.csv"), "--kind", "logits", "--check", at("P.json"));
    expect(out).toContain("No promise is broken.");
    expect(status).toBe(0);
  });

  it("one that broke leaves with status 1, both tests printed", async () => {
    const { status, out } = await logits(
      "threshold",
      at("worse.csv"),
      "--kind",
      "logits",
      "--check",
      at("P.json"),
      "--json",
    );
    expect(status).toBe(1);
    const { kept, checks } = JSON.parse(out) as PolicyCheck;
    expect(kept).toBe(false);
    expect(checks[0]).toMatchObject({ rate: "fpr", status: "broken", bound: 0.05 });
    expect(checks[0]!.pBroken!).toBeLessThan(0.05);
    expect(checks[0]!.pKept!).toBeGreaterThan(0.95);
  });

  it("every kind of promise can be tested again", async () => {
    for (const flags of [
      ["--min-precision", "0.9"],
      ["--min-recall", "0.9"],
      ["--budget", "300", "--volume", "1000"],
      ["--min-precision", "0.7", "--prior", "0.2"],
    ]) {
      expect((await logits("threshold", at("val.csv"), ...attacks, ...flags, "-o", at("Q.json"))).status).toBe(0);
      const { status, out } = await logits(
        "threshold",
        at("test.csv"),
        "--kind",
        "logits",
        "--check",
        at("Q.json"),
        "--json",
      );
      expect(status, `${flags}: ${out}`).toBe(0);
    }
    for (const flags of [
      ["--max-risk", "0.05"],
      ["--per-class", "--min-precision", "0.9"],
    ]) {
      await logits("threshold", at("val.csv"), "--kind", "logits", ...flags, "-o", at("Q.json"));
      const good = await logits("threshold", at("test.csv"), "--kind", "logits", "--check", at("Q.json"));
      expect(good.status, good.out).toBe(0);
      const bad = await logits("threshold", at("worse.csv"), "--kind", "logits", "--check", at("Q.json"));
      expect(bad.status, bad.out).toBe(1);
    }
  });

  it("a policy that promises nothing cannot be tested", async () => {
    await logits("threshold", at("val.csv"), ...attacks, "--at", "0.9", "-o", at("N.json"));
    const { status, err } = await logits("threshold", at("test.csv"), "--kind", "logits", "--check", at("N.json"));
    expect(status).toBe(3);
    expect(err).toContain("it must promise something, got no guarantee");
  });
});

describe("logits decide", () => {
  it("a JSON line a row, with a reason and the policy's version", async () => {
    const { document } = await json(at("val.csv"), ...attacks, "--max-fpr", "0.05", "-o", at("P.json"));
    const { status, out } = await logits(
      "decide",
      at("test.csv"),
      "--kind",
      "logits",
      "--policy",
      at("P.json"),
      "--json",
    );
    expect(status).toBe(0);
    const decisions = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Decision);
    expect(decisions).toHaveLength(2000);
    expect(Object.keys(decisions[0]!)).toEqual([
      "id",
      "row",
      "action",
      "class",
      "p",
      "margin",
      "reason",
      "policy",
      "contract",
    ]);
    expect(decisions[0]).toMatchObject({ id: "0", row: 0, policy: document.version, contract: "holds" });
    // The same rows are alerts as were counted.
    const again = await logits("decide", at("val.csv"), "--kind", "logits", "--policy", at("P.json"), "--json");
    expect(again.out.split('"action":"alert"').length - 1).toBe(document.alerts!.count);
  });

  it("its calibrator is applied; a state revokes it", async () => {
    const { document } = await json(
      at("val.csv"),
      ...attacks,
      "--max-fpr",
      "0.05",
      "--calibrator",
      at("C.json"),
      "-o",
      at("R.json"),
    );
    writeFileSync(
      at("state.json"),
      JSON.stringify({ policy: document.version, revoked: { at: "2026-11-27", reason: "drift" } }),
    );
    const { out, err } = await logits(
      "decide",
      at("val.csv"),
      "--kind",
      "logits",
      "--policy",
      at("R.json"),
      "--state",
      at("state.json"),
    );
    expect(out.split('"action":"alert"').length - 1).toBe(document.alerts!.count);
    expect(out.split("The contract was revoked on 2026-11-27 (drift)").length - 1).toBe(2000);
    expect(err).toMatch(/alert [\d,]+|pass [\d,]+/);
  });

  it("-o writes the lines to a file", async () => {
    const { out } = await logits(
      "decide",
      at("few.csv"),
      "--kind",
      "logits",
      "--policy",
      at("P.json"),
      "-o",
      at("D.jsonl"),
    );
    expect(out).toBe("");
    expect(readFileSync(at("D.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(200);
  });
});

describe("words and files that are wrong", () => {
  it.each<[string, string[], number, string]>([
    ["no goal", ["threshold", "val.csv", ...attacks], 2, "needs one of --at, --max-fpr"],
    ["two goals", ["threshold", "val.csv", ...attacks, "--at", "0.5", "--beta", "1"], 2, "got --at and --beta"],
    [
      "a rate of 0",
      ["threshold", "val.csv", ...attacks, "--max-fpr", "0"],
      2,
      "--max-fpr must be a number in (0, 1), got 0",
    ],
    [
      "a rate of 1",
      ["threshold", "val.csv", ...attacks, "--max-fpr", "1"],
      2,
      "--max-fpr must be a number in (0, 1), got 1",
    ],
    [
      "a positive that is no class",
      ["threshold", "val.csv", "--kind", "logits", "--positive", "malware", "--at", "0.5"],
      2,
      "--positive must be classes (normal, dos, probe) or not: and classes, got malware",
    ],
    [
      "no positive",
      ["threshold", "val.csv", "--kind", "logits", "--at", "0.5"],
      2,
      "positive must be classes (normal, dos, probe)",
    ],
    [
      "all positive",
      ["threshold", "val.csv", "--kind", "logits", "--positive", "normal,dos,probe", "--at", "0.5"],
      2,
      "positive must be some but not all of normal, dos, probe",
    ],
    ["costs by half", ["threshold", "val.csv", ...attacks, "--cost", "fp=1"], 2, "--cost must be as fp=1,fn=10"],
    [
      "a budget over the volume",
      ["threshold", "val.csv", ...attacks, "--budget", "5", "--volume", "4"],
      2,
      "--budget must be in (0, 4), which is the volume, got 5",
    ],
    [
      "a volume alone",
      ["threshold", "val.csv", ...attacks, "--at", "0.5", "--volume", "4"],
      2,
      "--volume must come with --budget",
    ],
    [
      "a rule about nothing",
      ["threshold", "val.csv", ...attacks, "--at", "0.5", "--never", "block=ask"],
      2,
      "never must be an action of the policy (alert, pass), got block",
    ],
    [
      "a check with a goal",
      ["threshold", "val.csv", "--check", "P.json", "--max-fpr", "0.1"],
      2,
      "--check is about a policy as it is: it takes no --max-fpr",
    ],
    [
      "a risk of a class",
      ["threshold", "val.csv", ...attacks, "--max-risk", "0.1"],
      2,
      "--positive must be absent with --max-risk",
    ],
    ["decide without a policy", ["decide", "val.csv"], 2, "logits decide needs --policy P.json"],
    [
      "a policy that is garbage",
      ["decide", "val.csv", "--policy", "garbage.json"],
      3,
      "a policy must be a JSON document",
    ],
    [
      "a policy that is a calibrator",
      ["decide", "val.csv", "--policy", "C.json"],
      3,
      'kind must be "policy", got "calibrator"',
    ],
    [
      "a policy of other classes",
      ["decide", "two.csv", "--kind", "logits", "--policy", "P.json"],
      3,
      "the scores must have its 3 classes, got 2",
    ],
    ["a row that is NaN", ["decide", "nan.csv", "--kind", "logits", "--policy", "P.json"], 3, "row 1, column 1"],
    [
      "one class only",
      ["threshold", "benign.csv", ...attacks, "--min-precision", "0.9"],
      3,
      "there must be positive and negative rows, got 0 positive and 3 negative",
    ],
    [
      "no labels",
      ["threshold", "bare.csv", ...attacks, "--max-fpr", "0.01"],
      3,
      "every row must have a label, got none",
    ],
  ])("%s", async (_, argv, status, message) => {
    writeFileSync(at("garbage.json"), '{"kind": "poli');
    writeFileSync(at("two.csv"), "a,b,label\n1,2,a\n");
    writeFileSync(at("nan.csv"), "normal,dos,probe\n1,2,3\n1,NaN,3\n");
    writeFileSync(at("benign.csv"), "normal,dos,probe,label\n1,2,3,normal\n2,1,0,normal\n4,1,0,normal\n");
    writeFileSync(at("bare.csv"), "normal,dos,probe\n1,2,3\n2,1,0\n");
    const named = argv.map((word) => (/\.(csv|jsonl|json)$/.test(word) ? at(word) : word));
    const ended = await logits(...named);
    expect(ended.err).toContain(message);
    expect(ended.status).toBe(status);
    expect(ended.out).toBe("");
  });

  it("scores that are all equal, or masked, are tied or told apart, and never crash", async () => {
    const same = Array.from({ length: 400 }, (_, row) => `1,1,${row % 2 ? "a" : "b"}`);
    writeFileSync(at("same.csv"), `a,b,label\n${same.join("\n")}\n`);
    const { status, document } = await json(at("same.csv"), "--kind", "logits", "--positive", "a", "--max-fpr", "0.05");
    // Nothing can be told apart: nothing is alerted.
    expect(status).toBe(0);
    expect(document.alerts!.value).toBe(0);
    const masked = Array.from({ length: 400 }, (_, row) => (row % 2 ? "0,-inf,a" : "-inf,0,b"));
    writeFileSync(at("masked.csv"), `a,b,label\n${masked.join("\n")}\n`);
    const certain = await json(at("masked.csv"), "--kind", "logits", "--positive", "a", "--max-fpr", "0.05");
    expect(certain.document).toMatchObject({ met: true, recall: { value: 1 }, fpr: { value: 0 } });
  });
});
