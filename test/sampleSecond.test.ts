import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const sample = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["dist/cli/main.js", "sample", ...args], { cwd: root, encoding: "utf8" });

interface Document {
  top: { id: number; p: number }[];
  kept: number;
}

describe("logits sample with a second row or a list of tokens", () => {
  it.each([
    [
      "guidance away from a row that is written out: odds e² become e⁴",
      ["[3,1]", "--other", "[1,1]", "--guidance-scale", "2"],
      2,
      1 / (1 + Math.exp(-4)),
    ],
    ["only the allowed", ["[3,1,2]", "--allowed", "1,2"], 2, 1 / (1 + Math.exp(-1))],
    [
      "contrast with a row written out: what the smaller model likes by 1 loses 1",
      ["[3,3]", "--other", "[0,1]", "--contrastive", "difference"],
      2,
      1 / (1 + Math.exp(-1)),
    ],
  ])("%s", (_, args, kept, p) => {
    const found = JSON.parse(sample(...args, "--json").stdout) as Document;
    expect(found.kept).toBe(kept);
    expect(found.top[0]!.p).toBeCloseTo(p, 12);
  });

  it("the other row may be one of the file: guidance by 0 draws from it alone", () => {
    const file = "data/spam.val.npz";
    const [guided] = (
      JSON.parse(sample(file, "--row", "0", "--other", "5", "--guidance-scale", "0", "--json").stdout) as Document
    ).top;
    const [plain] = (JSON.parse(sample(file, "--row", "5", "--json").stdout) as Document).top;
    expect(guided!.id).toBe(plain!.id);
    expect(guided!.p).toBeCloseTo(plain!.p, 12);
  });

  it.each([
    [
      ["[3,1]", "--guidance-scale", "2"],
      "Cannot guide: context.other must be the row of the negative prompt, got none",
    ],
    [["[3,1]", "--guidance-scale", "2"], "--other gives it: a row of the file, or a JSON array"],
    [["[3,1]", "--mask"], "--allowed makes one from ids"],
    [
      ["[3,1]", "--other", "3", "--guidance-scale", "2"],
      "--other: beside a row that is written out it must be a JSON array too",
    ],
    [
      ["data/spam.val.npz", "--row", "0", "--other", "x"],
      "--other: it must be the number of a row of FILE or a JSON array, got x",
    ],
    [["[3,1]", "--allowed", "2"], "--allowed: ids must be integers in [0, 1], got 2"],
  ])("%j says what is wrong", (args, message) => {
    const { status, stderr } = sample(...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
  });
});
