import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { uniform } from "../../src/core/index.js";
import { logits } from "../support/commandLine.js";

const folder = mkdtempSync(join(tmpdir(), "conform-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

/** Three kinds of animals, in two regions; `sharp` is how far the truth stands out. */
function csv(name: string, rows: number, seed: number, sharp = 2, temperature = 1): string {
  const lines = ["id,cat,dog,bird,label,region"];
  for (let i = 0; i < rows; i++) {
    const label = Math.floor(3 * uniform(seed, "simulation", i, 0));
    const scores = [0, 1, 2].map((k) =>
      (temperature * (3 * uniform(seed, "simulation", i, 1 + k) + (k === label ? sharp : 0))).toFixed(4),
    );
    lines.push([`r${i}`, ...scores, ["cat", "dog", "bird"][label], i % 3 === 0 ? "north" : "south"].join(","));
  }
  writeFileSync(path(name), `${lines.join("\n")}\n`);
  return path(name);
}

const fitted = csv("val.csv", 1500, 1);
const others = csv("test.csv", 1500, 2);
const truths = path("truths.csv");
writeFileSync(truths, "a,b,c\n1,0,1\n0,1,0\n");
const columns = ["--kind", "logits", "--slice-columns", "region"];
const run = (...argv: string[]) => logits("conform", ...argv);

describe("logits conform", () => {
  it.each<[string, string[], RegExp]>([
    ["delta of crc", ["--risk", "miss", "--delta", "0.05"], /--delta must be left out of crc/],
    ["clusters of all rows", ["--clusters", "2"], /--by must be cluster when --clusters is given, got all/],
    ["clusters of each class", ["--by", "class", "--clusters", "2"], /when --clusters is given, got class/],
    ["clusters of a group", ["--group", "region", "--clusters", "2"], /when --clusters is given, got group/],
    [
      "truths of rows that are not there",
      ["--eval-truths", truths],
      /--eval-truths must come with --truths of the calibration rows/,
    ],
  ])("a flag that would say nothing is refused: %s", async (_, flags, message) => {
    const { status, out, err } = await run(fitted, ...columns, ...flags);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(message);
  });

  it("fits, measures on another file, and writes a document", async () => {
    const { status, out, err } = await run(
      fitted,
      "--score",
      "aps",
      "--eval",
      others,
      ...columns,
      "-o",
      path("C.json"),
    );
    expect(status).toBe(0);
    expect(err).toContain(`Wrote ${path("C.json")}`);
    expect(out).toMatch(
      /^aps: sets that miss the truth in at most 0\.1 of rows, fitted on 1,500 rows\nthreshold 0\.\d+ \(score 1,351 of 1,500, smallest first\)/,
    );
    expect(out).toContain("coverage over draws of such rows follows Beta(1351, 150)");
    expect(out).toMatch(/On the evaluation file, 1,500 rows:\n {2}coverage 0\.(8[89]|90|91)\d+ \(95 % interval/);
    expect(out).toMatch(/set size +rows +share +coverage/);
    expect(out).toMatch(/true class +rows +mean size +coverage/);
    const document = JSON.parse(readFileSync(path("C.json"), "utf8"));
    expect(document).toMatchObject({
      kind: "conformal",
      version: 1,
      method: "aps",
      classes: ["cat", "dog", "bird"],
      fittedOn: { rows: 1500 },
    });
  });

  it("prints one JSON document with the names of the contract", async () => {
    const { out } = await run(fitted, "--alpha", "0.2", "--eval", others, ...columns, "--json");
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      score: "raps",
      alpha: 0.2,
      procedure: "split",
      eval: { source: "file", rows: 1500 },
    });
    expect(Object.keys(document.eval)).toEqual(
      expect.arrayContaining(["coverage", "meanSize", "sizes", "bySize", "byClass"]),
    );
    expect(document.eval.coverage.value).toBeGreaterThan(0.77);
    expect(document.eval.coverage.ci).toHaveLength(2);
    expect(Object.values(document.eval.sizes as Record<string, number>).reduce((a, b) => a + b)).toBe(1500);
  });

  it("without another file, estimates by cross-validation", async () => {
    const { out } = await run(fitted, ...columns, "--score", "lac");
    expect(out).toMatch(/Estimated by 5-fold cross-validation, 1,500 rows:\n {2}coverage 0\.(89|90)\d+/);
  });

  it("gives the set of every row as JSON lines, to the screen or a file, the same ones", async () => {
    const screen = await run(others, "--sets", path("C.json"), ...columns);
    const lines = screen.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(1500);
    expect(lines[3]).toMatchObject({
      id: "r3",
      row: 3,
      size: lines[3].set.length,
      label: expect.any(String),
      covered: expect.any(Boolean),
    });
    expect(screen.err).toMatch(/coverage 0\.\d+ \(95 % interval .*\), mean size 1\.\d+ classes/);
    const file = await run(others, "--sets", path("C.json"), ...columns, "-o", path("sets.jsonl"), "--json");
    expect(readFileSync(path("sets.jsonl"), "utf8")).toBe(screen.out);
    expect(JSON.parse(file.out)).toMatchObject({ rows: 1500, unseen: 0, warnings: [] });
  });

  it("adds p-values, credibility and confidence where the scores were kept", async () => {
    await run(fitted, ...columns, "--score", "lac", "--keep-scores", "-o", path("P.json"));
    const { out } = await run(others, "--sets", path("P.json"), ...columns);
    const [first] = out.split("\n").map((line) => line && JSON.parse(line));
    expect(first.p).toHaveLength(3);
    expect(first.credibility).toBe(Math.max(...first.p));
    expect(first.set).toEqual(["cat", "dog", "bird"].filter((_, k) => first.p[k] > 0.1));
  });

  it("has a threshold for each group, and says which rows are of none", async () => {
    const { out } = await run(fitted, "--kind", "logits", "--group", "region", "-o", path("G.json"));
    expect(out).toMatch(/region +threshold +score taken\nnorth +\S+ +451 of 500\nsouth +\S+ +901 of 1,000/);
    writeFileSync(path("west.csv"), readFileSync(others, "utf8").replaceAll("north", "west"));
    const { out: lines, err } = await run(path("west.csv"), "--sets", path("G.json"), "--kind", "logits");
    expect(err).toContain(
      "500 of 1,500 rows are of a region that calibration has not seen: their sets hold every class.",
    );
    expect(JSON.parse(lines.split("\n")[0]!)).toMatchObject({ size: 3, everything: true });
  });

  it("applies a calibrator first, keeps it, and warns where it makes adaptive sets larger", async () => {
    const sure = csv("sure.csv", 2000, 3, 1, 20);
    await logits("calibrate", sure, ...columns, "-o", path("T.json"));
    const { out } = await run(
      sure,
      ...columns,
      "--score",
      "aps",
      "--calibrator",
      path("T.json"),
      "-o",
      path("CT.json"),
      "--json",
    );
    const { calibrated, warnings } = JSON.parse(out);
    const { out: text } = await run(sure, ...columns, "--score", "aps", "--calibrator", path("T.json"));
    expect(text).toContain("without the calibrator");
    if (calibrated.meanSize > 1.05 * calibrated.without)
      expect(warnings[0]).toMatch(/^temperature makes these adaptive sets larger/);
    const document = JSON.parse(readFileSync(path("CT.json"), "utf8"));
    expect(document.calibrator.method).toBe("temperature");
    const { err } = await run(sure, "--sets", path("CT.json"), ...columns);
    expect(err).toMatch(/coverage 0\.(88|89|90|91)/);
  });

  it("warns when the other rows are not exchangeable with these", async () => {
    const drifted = csv("drift.csv", 1500, 5, 0.7);
    const { out } = await run(fitted, ...columns, "--score", "lac", "--eval", drifted);
    expect(out).toMatch(/warning: Fit and evaluation rows differ: .* Coverage may not carry over\./);
    expect(out).toMatch(
      /warning: Coverage is \d+\.\d+ % where 90\.\d+ % was promised, \d+\.\d standard deviations too low/,
    );
  });

  it("says when there are too few rows, and still answers", async () => {
    const { status, out } = await run(csv("few.csv", 8, 1), ...columns);
    expect(status).toBe(0);
    expect(out).toContain("threshold infinite: every set holds every class");
    expect(out).toContain("warning: Alpha 0.1 needs 9 calibration rows: 8.");
  });

  it("keeps a risk, and exits with 1 where it cannot: nothing is written then", async () => {
    const kept = await run(
      fitted,
      ...columns,
      "--score",
      "lac",
      "--risk",
      "weightedMiss",
      "--miss-weights",
      "1,1,5",
      "--control",
      "rcps",
      "--alpha",
      "0.05",
      "--eval",
      others,
    );
    expect(kept.status).toBe(0);
    expect(kept.out).toMatch(/lac: sets whose weightedMiss is at most 0\.05 with confidence 0\.9000 \(rcps\)/);
    expect(kept.out).toMatch(/weightedMiss 0\.0[0-5]/);
    const none = await run(
      fitted,
      ...columns,
      "--risk",
      "largeOrMiss",
      "--max-size",
      "1",
      "--control",
      "ltt",
      "--alpha",
      "0.01",
      "-o",
      path("none.json"),
    );
    expect(none.status).toBe(1);
    expect(none.out).toMatch(/not met: No threshold keeps largeOrMiss at most 0\.01/);
    expect(existsSync(path("none.json"))).toBe(false);
  });

  it("takes a table of truths for rows with several true classes", async () => {
    const rows = 600;
    const [scores, truths]: string[][] = [["a,b"], ["a,b"]];
    for (let i = 0; i < rows; i++) {
      const z = [0, 1].map((k) => 6 * uniform(8, "simulation", i, k) - 3);
      scores!.push(z.join(","));
      truths!.push(z.map((one, k) => (uniform(9, "simulation", i, k) < 1 / (1 + Math.exp(-one)) ? 1 : 0)).join(","));
    }
    writeFileSync(path("multi.csv"), `${scores!.join("\n")}\n`);
    writeFileSync(path("truths.csv"), `${truths!.join("\n")}\n`);
    const { status, out } = await run(
      path("multi.csv"),
      "--kind",
      "logits",
      "--score",
      "sigmoid",
      "--risk",
      "falseNegativeRate",
      "--truths",
      path("truths.csv"),
    );
    expect(status).toBe(0);
    expect(out).toMatch(/sigmoid: sets whose falseNegativeRate is at most 0\.1 in expectation \(crc\)/);
    expect(out).toMatch(/falseNegativeRate 0\.(09|10)\d+/);
  });

  it.each<[string[], number, string]>([
    [["--alpha", "1"], 2, "--alpha must be a number in (0, 1), got 1"],
    [["--alpha", "nan"], 2, "--alpha must be a number in (0, 1), got nan"],
    [["--score", "rap"], 2, "Did you mean raps?"],
    [["--score", "lac", "--lambda", "0.2"], 2, "Cannot score by lac: it has no parameter, got lambda"],
    [["--group", "country"], 2, "country"],
    [["--risk", "miss", "--by", "class"], 2, "Cannot control a risk: --by must be left out, got class"],
    [["--max-size", "2"], 2, "--risk must be given with --max-size, got none"],
    [["--sets", path("C.json"), "--alpha", "0.2"], 2, "--sets has all that was fitted: leave out --alpha"],
    [["--sets", path("val.csv")], 3, "a predictor of sets must be a JSON document"],
    [["--sets", path("C.json"), "--classes", "x,y,z"], 3, "class 0 of the scores must be cat"],
  ])("refuses %o with %i: %s", async (flags, status, message) => {
    const ended = await run(
      fitted,
      "--kind",
      "logits",
      ...(flags.includes("--group") ? [] : ["--slice-columns", "region"]),
      ...flags,
    );
    expect(ended.err).toContain(message);
    expect(ended.status).toBe(status);
  });
});
