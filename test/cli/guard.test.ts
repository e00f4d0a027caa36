import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, takeRows } from "../../src/core/index.js";
import { scorer, validateGuard } from "../../src/guard/index.js";
import { type Ended, logits } from "../support/commandLine.js";
import { benignRows, sureRows, tornRows } from "../support/guardRows.js";
import { npz } from "../support/examples.js";

let folder = "";
const at = (name: string): string => join(folder, name);
const f8 = ({ values, rows, classes }: Batch): ["<f8", number[], ArrayBufferView] => [
  "<f8",
  [rows, classes],
  Float64Array.from(values),
];
/** rows × 4 × classes: the row itself first, then copies that differ a little. */
function copies({ values, rows, classes }: Batch): ["<f8", number[], ArrayBufferView] {
  const out = new Float64Array(rows * 4 * classes);
  for (let i = 0; i < out.length; i++) {
    const [row, copy] = [Math.floor(i / (4 * classes)), Math.floor(i / classes) % 4];
    out[i] = values[row * classes + (i % classes)]! + (copy === 0 ? 0 : Math.sin(i * 1.3));
  }
  return ["<f8", [rows, 4, classes], out];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "logits-guard-"));
  const files: Record<string, Batch> = {
    benign: benignRows(1500),
    fresh: benignRows(800, 2),
    torn: tornRows(120),
    sure: sureRows(120),
    wider: { ...benignRows(40), classes: 4, rows: 30 },
  };
  for (const [name, batch] of Object.entries(files)) writeFileSync(at(`${name}.npz`), npz({ logits: f8(batch) }));
  for (const [name, batch] of Object.entries({ benign: benignRows(1500), torn: tornRows(120) })) {
    writeFileSync(at(`${name}.copies.npz`), npz({ logits: f8(batch), noisy: copies(batch) }));
    writeFileSync(at(`${name}.cube.npz`), npz({ logits: copies(batch) }));
  }
  writeFileSync(at("probs.csv"), `a,b,c,label\n${"0.5,0.3,0.2,a\n0.2,0.2,0.6,c\n".repeat(30)}`);
  writeFileSync(at("calibrator.json"), '{"kind":"calibrator","method":"temperature","params":{"temperature":2}}');
  writeFileSync(at("broken.json"), '{"kind":"guard"');
  expect((await guard("fit", "benign.npz", "-o", "G.json")).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Words that name a file of the folder are its path. */
const guard = (...argv: string[]): Promise<Ended> =>
  logits(
    "guard",
    ...argv.map((word) =>
      word.replace(/(^|=)([\w.]+\.(npz|json|jsonl|csv|npy))$/, (_, before: string, name: string) => before + at(name)),
    ),
  );

describe("logits guard fit", () => {
  it("says what is ranked, what is combined, and what it could not do", async () => {
    const { status, out, err } = await guard("fit", "benign.npz", "--classes", "normal,dos,probe", "-o", "named.json");
    expect(status).toBe(0);
    expect(err).toContain("Wrote ");
    expect(out.replaceAll(/\s+/g, " ")).toContain("1,500 benign rows; ranked among:");
    expect(out).toContain("variance (not combined)");
    expect(out.replaceAll(/\s+/g, " ")).toContain("Too few benign rows were predicted as probe");
    expect(JSON.parse(readFileSync(at("named.json"), "utf8"))).toMatchObject({
      kind: "guard",
      version: 1,
      method: "fisher",
      classes: ["normal", "dos", "probe"],
    });
  });

  it("--json is one document", async () => {
    const { out } = await guard(
      "fit",
      "benign.npz",
      "--method",
      "bonferroni",
      "--by",
      "none",
      "--gamma",
      "0.3",
      "-o",
      "B.json",
      "--json",
    );
    expect(JSON.parse(out)).toMatchObject({ rows: 1500, method: "bonferroni", by: "none", groups: { pooled: 900 } });
    const { params } = JSON.parse(readFileSync(at("B.json"), "utf8"));
    expect(params.detectors.find(({ name }: { name: string }) => name === "gen").params).toEqual({
      gamma: 0.3,
      most: 100,
    });
  });

  it.each<[string, string[], number, RegExp]>([
    ["no output", ["fit", "benign.npz"], 2, /needs -o G\.json/],
    ["several files", ["fit", "benign.npz", "torn.npz", "-o", "x.json"], 2, /takes one file/],
    ["no file", ["fit", "-o", "x.json"], 2, /needs BENIGN/],
    [
      "a wrong flag",
      ["fit", "benign.npz", "-o", "x.json", "--methd", "fisher"],
      2,
      /has no --methd\. Did you mean --method\?/,
    ],
    [
      "a wrong method",
      ["fit", "benign.npz", "-o", "x.json", "--method", "mean"],
      2,
      /--method must be one of fisher, bonferroni/,
    ],
    [
      "a wrong detector",
      ["fit", "benign.npz", "-o", "x.json", "--detectors", "margn"],
      2,
      /--detectors must be some of margin/,
    ],
    [
      "raw detectors of probabilities",
      ["fit", "probs.csv", "-o", "x.json", "--detectors", "margin,maxLogit"],
      3,
      /maxLogit needs raw logits, got probs/,
    ],
    ["a cube without axes", ["fit", "benign.cube.npz", "-o", "x.json"], 3, /must come with the meaning of its axes/],
    [
      "a parameter of a detector that is not asked for",
      ["fit", "benign.npz", "-o", "x.json", "--detectors", "margin", "--gamma", "0.2"],
      2,
      /--detectors must have gen where gamma is given, got margin/,
    ],
    [
      "--min-rows of no group",
      ["fit", "benign.npz", "-o", "x.json", "--by", "none", "--min-rows", "5"],
      2,
      /--min-rows/,
    ],
    ["axes of a table", ["fit", "benign.npz", "--axes", "rows,replicates,classes", "-o", "x.json"], 2, /3-D arrays/],
  ])("%s is refused", async (_, argv, status, message) => {
    const ended = await guard(...argv);
    expect({ status: ended.status, out: ended.out }).toEqual({ status, out: "" });
    expect(ended.err).toMatch(message);
  });

  it("without a command it says which there are", async () => {
    expect(await guard()).toMatchObject({ status: 2, err: expect.stringMatching(/needs fit\|score\|evaluate/) });
    expect((await guard("scor")).err).toContain("Did you mean guard score?");
  });
});

describe("logits guard score", () => {
  it("takes many rows some at a time, and says of each what it says of all", async () => {
    const many = takeRows(
      benignRows(800, 2),
      Uint32Array.from({ length: 5000 }, (_, i) => i % 800),
    );
    const stream = { ...many, values: Float64Array.of(...many.values, ...tornRows(120).values), rows: 5120 };
    writeFileSync(at("many.npz"), npz({ logits: f8(stream) }));
    const { status, out } = await guard("score", "many.npz", "--guard", "G.json", "--watch", "-o", "many.jsonl");
    expect(status).toBe(1);
    const lines = readFileSync(at("many.jsonl"), "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as { row: number; p: number; contract: string });
    const known = scorer(validateGuard(JSON.parse(readFileSync(at("G.json"), "utf8"))))(stream);
    expect(rows.map(({ row, p }) => [row, p])).toEqual(known.map(({ p }, row) => [row, p]));
    const ring = Number(/The alarm rang at row (\d+)/.exec(out.replaceAll(/\s+/g, " "))![1]);
    expect(ring).toBeGreaterThan(4999);
    expect(rows.findIndex(({ contract }) => contract === "revoked")).toBe(ring);
    expect(out).toContain(`p ≤ 0.01: ${known.filter(({ p }) => p <= 0.01).length} (`);
  });

  it.each(["--false-alarm", "--block", "--seed"])("%s without --watch is refused", async (flag) => {
    const ended = await guard("score", "fresh.npz", "--guard", "G.json", flag, flag === "--false-alarm" ? "0.5" : "5");
    expect({ status: ended.status, out: ended.out }).toEqual({ status: 2, out: "" });
    expect(ended.err).toContain(`${flag} is of the alarm: give --watch too`);
  });

  it("says how many benign rows there may be where some are ranked together", async () => {
    const { out } = await guard("score", "fresh.npz", "--guard", "G.json");
    expect(out).toMatch(/, where of benign rows it would be at most 1\.9\d %\n/);
  });

  it("counts rows and names their tails", async () => {
    const { status, out } = await guard("score", "torn.npz", "--guard", "G.json", "--top", "3");
    expect(status).toBe(0);
    expect(out).toMatch(/^120 rows; p ≤ 0\.01: 1\d\d \(/);
    expect(out).toMatch(/torn \d+, over-confident 0/);
    expect(out).not.toMatch(/adversarial|attack/i);
  });

  it("--json gives a line a row", async () => {
    const { out } = await guard("score", "sure.npz", "--guard", "G.json", "--json");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(120);
    expect(lines[0]).toMatchObject({ id: "0", row: 0, class: "0", tail: "high", words: "over-confident" });
    expect(Object.keys(lines[0].detectors)).toContain("variance");
    expect(lines[0].detectors.margin).toEqual({
      value: expect.any(Number),
      standing: expect.any(Number),
      p: expect.any(Number),
      tail: "high",
    });
  });

  it("--watch is silent on benign rows (0), and rings on others (1)", async () => {
    const silent = await guard("score", "fresh.npz", "--guard", "G.json", "--watch");
    expect(silent.status).toBe(0);
    expect(silent.out).toContain("The alarm is silent");
    const rang = await guard("score", "torn.npz", "--guard", "G.json", "--watch", "-o", "rows.jsonl");
    expect(rang.status).toBe(1);
    expect(rang.out.replaceAll(/\s+/g, " ")).toMatch(
      /The alarm rang\. Rows are no longer like those .* revoked from there on/,
    );
    const lines = readFileSync(at("rows.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(lines[0]!).contract).toBe("holds");
    expect(JSON.parse(lines.at(-1)!).contract).toBe("revoked");
  });

  it.each<[string, string[], number, RegExp]>([
    ["no guard", ["score", "torn.npz"], 2, /needs --guard G\.json/],
    ["a guard of other classes", ["score", "wider.npz", "--guard", "G.json"], 3, /must have its 3 classes, got 4/],
    ["probabilities", ["score", "probs.csv", "--guard", "G.json", "--labels-column", "label"], 3, /needs raw logits/],
    ["a calibrator", ["score", "torn.npz", "--guard", "calibrator.json"], 3, /kind must be "guard", got "calibrator"/],
    ["half a document", ["score", "torn.npz", "--guard", "broken.json"], 3, /must be a JSON document/],
    ["no such guard", ["score", "torn.npz", "--guard", "none.json"], 3, /there is no such file/],
    [
      "a level of 0",
      ["score", "torn.npz", "--guard", "G.json", "--level", "0"],
      2,
      /--level must be a number in \(0, 1\), got 0/,
    ],
  ])("%s is refused", async (_, argv, status, message) => {
    const ended = await guard(...argv);
    expect({ status: ended.status, out: ended.out }).toEqual({ status, out: "" });
    expect(ended.err).toMatch(message);
  });
});

describe("replicates", () => {
  it.each([
    ["beside the scores", ["copies"], ["--replicates-key", "noisy"], true],
    [
      "in a cube whose first copy is the row",
      ["cube"],
      ["--axes", "rows,replicates,classes", "--replicate", "0"],
      true,
    ],
    ["in a cube of copies", ["cube"], ["--axes", "rows,replicates,classes"], false],
  ])("%s", async (_, [kind], flags, atRest) => {
    expect((await guard("fit", `benign.${kind}.npz`, ...flags, "-o", "R.json")).status).toBe(0);
    const { status, out } = await guard("score", `torn.${kind}.npz`, ...flags, "--guard", "R.json", "--json");
    expect(status).toBe(0);
    const { detectors } = JSON.parse(out.split("\n")[0]!);
    expect("noiseOdds" in detectors).toBe(atRest);
    expect(detectors.flipRate.value).toBeGreaterThanOrEqual(0);
    const without = await guard("score", "torn.npz", "--guard", "R.json");
    expect(without).toMatchObject({ status: 3, err: expect.stringMatching(/needs replicates of each row/) });
  });
});

describe("logits guard evaluate", () => {
  const evaluate = (...more: string[]): Promise<Ended> =>
    guard("evaluate", "--guard", "G.json", "--benign", "fresh.npz", ...more);

  it("has the promised JSON", async () => {
    const { status, out } = await evaluate(
      "--attack",
      "minimal=torn.npz",
      "--attack",
      "pgd=sure.npz",
      "--passes",
      "0",
      "--json",
    );
    expect(status).toBe(0);
    const found = JSON.parse(out);
    const rate = { value: expect.any(Number), ci: [expect.any(Number), expect.any(Number)] };
    expect(found.benign.fpr).toEqual({ "1": rate, "5": rate });
    expect(found.attacks.map(({ name, rows }: { name: string; rows: number }) => [name, rows])).toEqual([
      ["minimal", 120],
      ["pgd", 120],
    ]);
    for (const name of ["combined", "margin", "marginOneSided", "mahalanobis", "variance"])
      expect(found.attacks[0].detectors[name]).toEqual({ auroc: expect.any(Number), tpr: { "1": rate, "5": rate } });
    expect(found.caveat).toMatch(/^Logits alone do not stop an adaptive attacker/);
  });

  it("prints a table for each attack, the rule and the sentence, and no mean", async () => {
    const { out } = await evaluate("--attack", "minimal=torn.npz", "--attack", "adaptive=sure.npz");
    expect(out).toContain("minimal: 120 successful of 120 rows");
    expect(out).toContain("adaptive: 120 successful of 120 rows");
    expect(out).toContain("margin, low side only");
    const plain = out.replaceAll(/\s+/g, " ");
    expect(plain).toContain("An attack counts where it succeeded: its predicted class is 0 or 1.");
    expect(plain).toContain("Logits alone do not stop an adaptive attacker");
    expect(plain).not.toMatch(/average|mean /i);
  });

  it.each<[string, string[], number, RegExp]>([
    ["no attack", [], 2, /needs --attack NAME=FILE/],
    ["an attack without a name", ["--attack", "torn.npz"], 2, /--attack must be NAME=FILE, got/],
    ["two of one name", ["--attack", "a=torn.npz", "--attack", "a=sure.npz"], 2, /different names, got a twice/],
    ["no success", ["--attack", "a=torn.npz", "--passes", "2"], 3, /one attack must have a successful row/],
    [
      "an unknown class",
      ["--attack", "a=torn.npz", "--passes", "nice"],
      2,
      /--passes must be some of 0, 1, 2, got nice/,
    ],
  ])("%s is refused", async (_, argv, status, message) => {
    const ended = await evaluate(...argv);
    expect({ status: ended.status, out: ended.out }).toEqual({ status, out: "" });
    expect(ended.err).toMatch(message);
  });

  it("benign rows are needed", async () => {
    expect(await guard("evaluate", "--guard", "G.json", "--attack", "a=torn.npz")).toMatchObject({
      status: 2,
      err: expect.stringMatching(/needs --benign FILE/),
    });
  });
});

describe("the built-in network's attacks", () => {
  const learn = (name: string): string =>
    fileURLToPath(new URL(`../../data/learn/fashion.${name}.npz`, import.meta.url));

  it("noise finds the PGD attack more often than not, and all but misses the one that was made to pass", async () => {
    const fitted = await logits("guard", "fit", learn("benign"), "--replicates-key", "replicates", "-o", at("F.json"));
    expect(fitted.err).not.toContain("replicates.");
    expect(fitted.status).toBe(0);
    const flags = ["--guard", at("F.json"), "--replicates-key", "replicates", "--benign", learn("clean")];
    const named = ["--attack", `pgd=${learn("attack-pgd")}`, "--attack", `adaptive=${learn("attack-mimicry")}`];
    const { out } = await logits("guard", "evaluate", ...flags, ...named, "--json");
    const { attacks, success, notes } = JSON.parse(out);
    const rate = (attack: number, detector: string): number => attacks[attack].detectors[detector].tpr["5"].value;
    expect(rate(0, "noiseOdds")).toBeGreaterThan(0.6);
    expect(rate(0, "marginOneSided")).toBeLessThan(0.05);
    expect(rate(1, "noiseOdds")).toBeLessThan(0.25);
    expect(rate(1, "combined")).toBeLessThan(0.1);
    expect(success).toBe(
      "An attack counts where it succeeded: its predicted class is one of the 10 that benign rows are predicted as, and not its label.",
    );
    expect(notes).toEqual([]);
  });
});
