import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";
import type { ThresholdResult } from "../../src/plan/thresholdOptions.js";
import { attackTable } from "../support/attackTable.js";
import { logits } from "../support/commandLine.js";
import { hasSharedData, shared } from "../support/sharedData.js";

let folder = "";
const at = (name: string): string => join(folder, name);
const policyOf = (name: string): Policy => JSON.parse(readFileSync(at(name), "utf8")) as Policy;

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

describe("logits threshold", () => {
  it("--at says what the plain rule does, and which logit it equals", async () => {
    const { status, out } = await logits("threshold", at("val.csv"), ...attacks, "--at", "0.95");
    expect(status).toBe(0);
    expect(out).toContain("P ≥ 0.9500, which is a logit of 2.944");
    expect(out).toMatch(/false-positive rate +0\.\d+ \[0\.\d+, 0\.\d+\]/);
    const { document } = await json(at("val.csv"), ...attacks, "--at", "0.95");
    expect(document).toMatchObject({ at: 0.95, rows: 2000, met: true });
    expect(document.logit).toBeCloseTo(Math.log(19), 12);
    expect(document.guarantee).toBeUndefined();
    expect(document.fpr!.count! / document.fpr!.n!).toBe(document.fpr!.value);
  });

  it("with a calibrator, before and after are shown", async () => {
    const { document } = await json(at("val.csv"), ...attacks, "--at", "0.95", "--calibrator", at("C.json"));
    expect(document.uncalibrated!.recall!.value).not.toBe(document.recall!.value);
    expect(document.policy!.calibrator!.method).toBe("temperature");
    const { out } = await logits("threshold", at("val.csv"), ...attacks, "--at", "0.95", "--calibrator", at("C.json"));
    expect(out).toMatch(/rate +before calibration +calibrated/);
  });

  it("without one, after is a temperature that has not seen the row", async () => {
    const { document } = await json(at("val.csv"), ...attacks, "--at", "0.95");
    const { calibrated } = document;
    expect(calibrated).toMatchObject({ source: "cv5", method: "temperature", alerts: { n: 2000 } });
    const { params } = JSON.parse(readFileSync(at("C.json"), "utf8")) as { params: { temperature: number } };
    expect(calibrated!.temperature).toBe(params.temperature);
    expect(calibrated!.recall!.value).not.toBe(document.recall!.value);
    const { out } = await logits("threshold", at("val.csv"), ...attacks, "--at", "0.95");
    expect(out).toMatch(/rate +on these rows +calibrated \(temperature \d\.\d+, 5-fold\)/);
  });

  it("--max-fpr gives a policy, with honest figures beside the optimistic ones", async () => {
    const { status, out, err } = await logits(
      "threshold",
      at("val.csv"),
      ...attacks,
      "--max-fpr",
      "0.01",
      "-o",
      at("A.json"),
    );
    expect(status).toBe(0);
    expect(err).toContain("Wrote ");
    expect(out).toContain("Promise: false-positive rate at most 0.01 with confidence 0.95");
    expect(out).toMatch(/on these rows \(optimistic\) +held out \(5-fold\)/);
    const policy = policyOf("A.json");
    expect(policy).toMatchObject({ kind: "policy", method: "threshold", params: { positive: ["dos", "probe"] } });
    const { document } = await json(at("val.csv"), ...attacks, "--max-fpr", "0.01", "--eval", at("test.csv"));
    expect(document.heldOut).toMatchObject({ source: "file", rows: 2000 });
  });

  it("what cannot be promised is refused with status 1, the reason and no policy", async () => {
    const { status, document } = await json(at("few.csv"), ...attacks, "--max-fpr", "0.01", "-o", at("none.json"));
    expect(status).toBe(1);
    expect(document).toMatchObject({ met: false, needed: 299 });
    expect(document.reason).toContain("needs 299 negatives, there are");
    expect(document.policy).toBeUndefined();
    expect(() => policyOf("none.json")).toThrow("ENOENT");
    const { out } = await logits("threshold", at("few.csv"), ...attacks, "--max-fpr", "0.01");
    expect(out).toContain("Not promised: a false-positive rate of at most 0.01");
  });

  it.each<[string[], Partial<Policy>]>([
    [
      ["--min-precision", "0.9"],
      { method: "threshold", guarantee: { rate: "precision", side: "at least" } as Policy["guarantee"] & object },
    ],
    [["--min-recall", "0.9"], { guarantee: { rate: "recall" } as Policy["guarantee"] & object }],
    [
      ["--budget", "100", "--volume", "1000"],
      { guarantee: { rate: "alerts", bound: 0.1 } as Policy["guarantee"] & object },
    ],
    [["--cost", "fp=1,fn=5,ask=0.2"], { method: "band" }],
    [["--beta", "2"], { method: "threshold" }],
    [["--at", "0.9", "--low", "0.1"], { method: "band" }],
    [
      ["--max-fpr", "0.02", "--min-recall", "0.99", "--abstain"],
      { method: "band", further: [{ rate: "recall" }] as Policy["further"] & object },
    ],
    [["--min-precision", "0.7", "--prior", "0.2"], { guarantee: { prior: 0.2 } as Policy["guarantee"] & object }],
  ])("%o", async (flags, expected) => {
    const { status, document } = await json(at("val.csv"), ...attacks, ...flags);
    expect(document.reason).toBeUndefined();
    expect(status).toBe(0);
    expect(document.policy).toMatchObject(expected);
    if (flags[0] !== "--at") expect(document.heldOut).toMatchObject({ source: "cv5", rows: 2000 });
  });

  it("--per-class says what is promised of each class, the rate of it held out as well, and why a class has none", async () => {
    const { out } = await logits("threshold", at("few.csv"), "--kind", "logits", "--per-class", "--max-fpr", "0.05");
    expect(out).toContain("Promise of each: false-positive rate at most 0.05 with confidence 0.983333, so 0.95 of all");
    expect(out).toMatch(/class +accepted from +logit +false-positive rate +held out +recall +held out/);
    const refused = await logits("threshold", at("few.csv"), "--kind", "logits", "--per-class", "--max-fpr", "0.0001");
    expect(refused.status).toBe(1);
    expect(refused.out).toMatch(/with confidence 0\.983333 needs 40,94\d negatives, there are \d+/);
    expect(refused.out).not.toContain("accepted from");
  });

  it("--max-risk and --per-class speak of the winner", async () => {
    const { document } = await json(at("val.csv"), "--kind", "logits", "--max-risk", "0.03");
    expect(document.policy).toMatchObject({ method: "selective", params: { accept: "accept", abstain: "ask" } });
    expect(document.risk!.value).toBeLessThan(0.03);
    expect(document.coverage!.value).toBeGreaterThan(0.5);
    const { document: each } = await json(at("val.csv"), "--kind", "logits", "--per-class", "--min-precision", "0.9");
    expect(each.classes!.map((one) => one.class)).toEqual(["normal", "dos", "probe"]);
    expect(each.policy!.further).toHaveLength(2);
    // Three promises share an error of 5 %.
    expect(each.policy!.guarantee!.confidence).toBeCloseTo(1 - 0.05 / 3, 12);
  });

  it("--truth: labels that do not exclude each other, each with its own promise", async () => {
    const labels = Array.from({ length: 1500 }, (_, row) => [0, 1].map((k) => uniform(9, "simulation", row, k) < 0.4));
    const scores = labels.map((own, row) =>
      own.map((is, k) => ((is ? 3 : -3) + 6 * (uniform(10, "simulation", row, k) - 0.5)).toFixed(4)),
    );
    writeFileSync(at("scores.csv"), `toxic,threat\n${scores.join("\n")}\n`);
    writeFileSync(at("truth.csv"), `toxic,threat\n${labels.map((own) => own.map(Number)).join("\n")}\n`);
    const flags = ["--kind", "logits", "--truth", at("truth.csv")];
    const { status, document } = await json(at("scores.csv"), ...flags, "--max-fpr", "0.05", "-o", at("L.json"));
    expect(status, document.reason).toBe(0);
    expect(document.policy).toMatchObject({ method: "multilabel", guarantee: { class: "toxic", confidence: 0.975 } });
    const { out } = await logits("decide", at("scores.csv"), "--kind", "logits", "--policy", at("L.json"), "--json");
    const decisions = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { labels: string[] });
    const alerts = decisions.filter((one) => one.labels.includes("threat")).length;
    expect(document.classes![1]).toMatchObject({ class: "threat", alerts: { count: alerts } });
    const check = await logits("threshold", at("scores.csv"), ...flags, "--check", at("L.json"));
    expect(check.status, check.err).toBe(0);
    expect(check.out).toContain("false-positive rate of threat at most 0.05");
    const { err } = await logits("threshold", at("val.csv"), ...flags, "--max-fpr", "0.05");
    expect(err).toContain("the truth must be 2000 rows × 3 labels as the scores, got 1500 × 2");
  });

  it("costs of actions are a file", async () => {
    const costs = { block: { normal: 20, dos: 0, probe: 0 }, pass: { normal: 0, dos: 5, probe: 1 }, ask: 1 };
    writeFileSync(at("costs.json"), JSON.stringify(costs));
    const { document } = await json(at("val.csv"), "--kind", "logits", "--cost", at("costs.json"));
    expect(document.policy).toMatchObject({ method: "expectedCost", params: { costs } });
    expect(document.cost!.value).toBeGreaterThan(0);
    expect(document.cost!.value).toBeLessThan(1);
  });

  it("names of actions, rules and what happens once it is revoked are part of the policy", async () => {
    const { document } = await json(
      at("val.csv"),
      ...attacks,
      "--at",
      "0.9",
      "--actions",
      "block,pass",
      "--never",
      "block:probe=ask",
      "--name",
      "wall",
      "--when-revoked",
      "ask",
    );
    expect(document.policy).toMatchObject({
      name: "wall",
      params: { above: "block", below: "pass" },
      rules: [{ never: "block", classes: ["probe"], instead: "ask" }],
      whenRevoked: "ask",
    });
  });

  it("--when-revoked puts an action in the place of another, or of all", async () => {
    const flags = [at("val.csv"), ...attacks, "--at", "0.9", "--actions", "block,pass", "--when-revoked"];
    const { document } = await json(...flags, "block=ask, pass=watch");
    expect(document.policy!.whenRevoked).toEqual({ block: "ask", pass: "watch" });
    for (const [given, message] of [
      ["block=", "--when-revoked must be an action, or as block=ask,alert=ask, got block="],
      ["blok=ask", "must be of actions of the policy (block, pass), got blok"],
    ] as const) {
      const { status, err } = await logits("threshold", ...flags, given);
      expect(err).toContain(message);
      expect(status).toBe(2);
    }
  });

  it("a share that is not 1 is not shown as 1", async () => {
    const rows = Array.from({ length: 30000 }, (_, row) => (row % 2 ? "0.5,9.5,attack" : "9.5,0.5,normal"));
    writeFileSync(at("near.csv"), `normal,attack,label\n${rows.join("\n")}\n0.5,9.5,normal\n`);
    const { out } = await logits(
      "threshold",
      at("near.csv"),
      "--positive",
      "attack",
      "--kind",
      "logits",
      "--at",
      "0.5",
    );
    // 15,000 of 15,001 alerts; scipy.stats.beta.ppf gives the limits.
    expect(out).toMatch(/precision +0\.9999 \[0\.9996, 0\.9999983\]/);
    expect(out).toMatch(/recall +1\.0000 \[0\.9998, 1\.0000\]/);
  });

  it("a cost that is given twice is refused", async () => {
    const { status, err } = await logits("threshold", at("val.csv"), ...attacks, "--cost", "fp=1,fp=2,fn=3");
    expect([status, err]).toEqual([2, expect.stringContaining("--cost must be as fp=1,fn=10")]);
  });

  it("with a temperature and two classes says which logit it is in the file", async () => {
    writeFileSync(at("T.json"), JSON.stringify({ method: "temperature", params: { temperature: 2 } }));
    writeFileSync(at("pair.csv"), "a,b,label\n0,1,b\n1,0,a\n3,0,a\n");
    const flags = ["--positive", "b", "--kind", "logits", "--at", "0.95", "--calibrator", at("T.json")];
    const { out } = await logits("threshold", at("pair.csv"), ...flags);
    expect(out).toContain("P ≥ 0.9500, which is a logit of 2.944 (5.889 in the scores as they came)");
  });
});

describe.skipIf(!hasSharedData)("answers of a language model (skipped without ../shared/data)", () => {
  it.each([
    ["machine_learning", 1],
    ["marketing", 0],
  ] as const)("%s: risk ≤ 20 % leaves with status %i", async (subject, expected) => {
    const numbers = (name: string, whole: boolean): number[] => {
      const bytes = readFileSync(shared(`mmlu-llama13b/${subject}_${name}.npy`));
      const start = 10 + bytes.readUInt16LE(8);
      return Array.from({ length: (bytes.length - start) / 8 }, (_, i) =>
        whole ? Number(bytes.readBigInt64LE(start + 8 * i)) : bytes.readDoubleLE(start + 8 * i),
      );
    };
    const targets = numbers("targets", true);
    const scores = numbers("scores", false).slice(0, 4 * targets.length);
    const lines = targets.map((target, row) => [...scores.slice(4 * row, 4 * row + 4), "ABCD"[target]].join(","));
    writeFileSync(at(`${subject}.csv`), `A,B,C,D,label\n${lines.join("\n")}\n`);
    const { status, document } = await json(at(`${subject}.csv`), "--kind", "probs", "--max-risk", "0.2");
    expect(status, document.reason).toBe(expected);
    if (expected === 1)
      expect(document.reason).toMatch(/^a risk of at most 0\.2 among the accepted with confidence 0\.95 /);
    else expect(document.coverage!.value).toBeGreaterThan(0.1);
  });
});
