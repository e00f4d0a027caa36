import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calibrate, evaluate, explain, read, triage } from "logits";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logits } from "../support/commandLine.js";

let folder = "";
const at = (name: string): string => join(folder, name);

/** The same 60 rows; columns in the order of `names`. */
function table(names: readonly string[]): string {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const score: Record<string, number> = { cat: (i % 7) / 2 - 1.3, dog: (i % 5) / 2 - 0.9, bird: (i % 3) - 1.1 };
    return [...names.map((name) => score[name]), ["cat", "dog", "bird"][(i * i) % 3]].join(",");
  });
  return [[...names, "label"].join(","), ...lines].join("\n");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "logits-classes-"));
  writeFileSync(at("a.csv"), table(["cat", "dog", "bird"]));
  writeFileSync(at("b.csv"), table(["bird", "cat", "dog"]));
  writeFileSync(at("counted.jsonl"), '{"logits":[0.3,1.5,-2],"label":1}\n{"logits":[1.25,0.5,-1],"label":2}\n');
  for (const method of ["temperature", "platt"])
    await logits("calibrate", at("a.csv"), "--method", method, "-o", at(`${method}.json`), "--replicates", "0");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a calibrator with numbers for each class", () => {
  it.each([
    ["evaluate", "--replicates", "0"],
    ["triage"],
    ["report", "-o", "r.html"],
    ["apply", "-o", "o.npz"],
    ["explain", "--row", "1"],
  ])("is refused by %s where the classes stand in another order", async (command, ...flags) => {
    const placed = flags.map((flag) => (flag.includes(".") ? at(flag) : flag));
    const { status, out, err } = await logits(command, at("b.csv"), "--calibrator", at("platt.json"), ...placed);
    expect([status, out]).toEqual([3, ""]);
    expect(err).toContain("class 0 of the scores must be cat, as where it was fitted, got bird");
  });

  it("is refused by calibrate where those of --eval do", async () => {
    const { status, err } = await logits("calibrate", at("a.csv"), "--method", "platt", "--eval", at("b.csv"));
    expect([status, err.includes("class 0 of the scores must be cat")]).toEqual([3, true]);
  });

  it("is taken where classes are only counted, and where --classes gives its names", async () => {
    const given = ["--calibrator", at("platt.json"), "--replicates", "0", "--metrics", "nll"];
    expect((await logits("evaluate", at("counted.jsonl"), ...given)).status).toBe(0);
    expect((await logits("evaluate", at("b.csv"), ...given, "--classes", "cat,dog,bird")).status).toBe(0);
  });

  it("is refused by the library as well", async () => {
    const [a, b] = [await read(at("a.csv")), await read(at("b.csv"))];
    const calibrator = await calibrate(a, { method: "platt", replicates: 0 });
    await expect(evaluate(b, { calibrator })).rejects.toThrow(/class 0 of the scores must be cat/);
    await expect(triage(b, { calibrator })).rejects.toThrow(/class 0 of the scores must be cat/);
    expect(() => explain([1, 2, 3], { calibrator, classes: b.classes })).toThrow(/class 0 of the scores must be cat/);
  });
});

it("one temperature for all classes does not mind their order", async () => {
  const nll = async (file: string): Promise<number> => {
    const { out } = await logits("evaluate", at(file), "--calibrator", at("temperature.json"), "--json");
    return JSON.parse(out).metrics.nll.value;
  };
  expect(JSON.parse(readFileSync(at("temperature.json"), "utf8")).classes).toEqual(["cat", "dog", "bird"]);
  expect(await nll("b.csv")).toBeCloseTo(await nll("a.csv"), 12);
});
