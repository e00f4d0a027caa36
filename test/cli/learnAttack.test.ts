import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArrays } from "../../src/formats/arrays.js";
import { fileBytes } from "../../src/formats/file.js";
import { type Ended, logits } from "../support/commandLine.js";
import { npz } from "../support/examples.js";
import { toyModel } from "../support/toyModel.js";
import { toyPictures } from "../support/toyPictures.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await toyModel();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const attack = (...argv: string[]): Promise<Ended> =>
  logits("learn", "attack", folder, "--data", at("toy.npz"), "--eps", "0.1", "--sigma", "0.06", ...argv);
async function document(...argv: string[]): Promise<Record<string, any>> {
  const { status, out, err } = await attack(...argv, "--json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}
async function arraysOf(name: string): Promise<Awaited<ReturnType<typeof readArrays>>> {
  const bytes = await fileBytes(at(name));
  return readArrays(bytes).finally(() => bytes.close());
}

describe("logits learn attack", () => {
  it("prints the promised fields, and the adaptive attack whatever was asked for", async () => {
    const found = await document("--rows", "90", "--adaptive-rows", "60");
    expect(found).toMatchObject({
      model: at("model.onnx"),
      files: [],
      rows: 90,
      eps: 0.1,
      seed: 0,
      sigma: 0.06,
      replicates: 32,
    });
    expect(found["accuracy"]).toBeGreaterThan(0.9);
    expect(found["ece"]).toBeGreaterThan(0);
    const [pgd, mimicry, ...more] = found["attacks"];
    expect(more).toEqual([]);
    expect(pgd).toMatchObject({
      method: "pgd",
      adaptive: false,
      rows: 90,
      steps: 20,
      accuracy: { before: found["accuracy"] },
    });
    expect(mimicry).toMatchObject({ method: "mimicry", adaptive: true, rows: 60, steps: 30 });
    expect(pgd.accuracy.after).toBeLessThan(0.1);
    for (const { evidence } of [pgd, mimicry]) {
      expect(Object.keys(evidence)).toEqual(["margin", "maxProbability", "energy", "entropy", "variance", "noise"]);
      for (const { auroc, tpr } of Object.values<any>(evidence))
        for (const { value, ci } of [auroc, tpr["1"], tpr["5"]]) {
          expect(value).toBeGreaterThanOrEqual(ci[0]);
          expect(value).toBeLessThanOrEqual(ci[1]);
        }
    }
    expect(pgd.evidence.margin.auroc.value).toBeLessThan(0.5);
    expect(mimicry.evidence.noise.auroc.value).toBeLessThan(pgd.evidence.noise.auroc.value);
    expect(found["caveats"].join(" ")).toContain("Logits alone do not stop an attacker who knows the detector");
  });

  it("says the same in words: no mean over attacks, no verdict that there was one", async () => {
    const { status, out } = await attack("--rows", "60", "--method", "cw");
    expect(status).toBe(0);
    expect(out.replaceAll("\n", " ")).toMatch(/^60 test examples of .*, each value moved by at most 0\.1\. Evidence/);
    expect(out).toMatch(/^cw \(60 rows, 20 steps\)\n {2}accuracy .* % → .* %; mean confidence .* → .*; \d+ fooled$/m);
    expect(out).toMatch(/^mimicry, adaptive: it knows the detector \(60 rows, 30 steps\)$/m);
    expect(out.match(/^ {2}noise statistic +[01]\.\d{3} /gm)).toHaveLength(2);
    expect(out.match(/^ {2}margin p₁ − p₂ +[01]\.\d{3} /gm)).toHaveLength(2);
    expect(out.replaceAll("\n", " ")).toContain("Logits alone do not stop an attacker who knows the detector");
    expect(out).not.toMatch(/attack(s)? detected|average/i);
    for (const line of out.split("\n").slice(2)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("gives the same document for the same seed, another for another", async () => {
    const timeless = (found: Record<string, any>): string =>
      JSON.stringify(found).replaceAll(/"seconds(PerRow)?":[^,}]*/g, "");
    const some = ["--rows", "40", "--steps", "4", "--replicates", "4"];
    const [one, two, other] = [
      await document(...some),
      await document(...some),
      await document(...some, "--seed", "3"),
    ];
    expect(timeless(two)).toBe(timeless(one));
    expect(other["attacks"]).not.toEqual(one["attacks"]);
  });

  it("keeps a file an attack, which evaluate reads as the attacked rows", async () => {
    const found = await document(
      "--method",
      "all",
      "--rows",
      "45",
      "--replicates",
      "5",
      "--steps",
      "5",
      "-o",
      at("a.npz"),
    );
    const names = ["fgsm", "pgd", "cw", "mimicry"];
    expect(found["files"]).toEqual(names.map((name) => at(`a-${name}.npz`)));
    expect(existsSync(at("a.npz"))).toBe(false);
    for (const [i, name] of names.entries()) {
      const arrays = await arraysOf(`a-${name}.npz`);
      expect(Object.fromEntries([...arrays].map(([key, { shape }]) => [key, shape]))).toEqual({
        logits: [45, 3],
        clean: [45, 3],
        labels: [45],
        ids: [45],
        success: [45],
        replicates: [45, 5, 3],
        clean_replicates: [45, 5, 3],
        classes: [3],
      });
      const {
        success,
        labels,
        logits: attacked,
        clean,
      } = Object.fromEntries([...arrays].map(([key, { values }]) => [key, values])) as Record<string, Float32Array>;
      const right = (scores: Float32Array, row: number): boolean => {
        const z = [...scores.subarray(3 * row, 3 * row + 3)];
        return z.indexOf(Math.max(...z)) === labels![row];
      };
      success!.forEach((one, row) => expect(one === 1).toBe(right(clean!, row) && !right(attacked!, row)));
      expect(success!.reduce((sum, one) => sum + one, 0)).toBe(found["attacks"][i].successes);
      const { out, status } = await logits("evaluate", at(`a-${name}.npz`), "--metrics", "accuracy", "--json");
      expect(status).toBe(0);
      expect(JSON.parse(out).metrics.accuracy.value).toBeCloseTo(found["attacks"][i].accuracy.after, 12);
    }
    const [one, two] = [await arraysOf("a-fgsm.npz"), await arraysOf("a-pgd.npz")];
    expect(two.get("clean_replicates")).toEqual(one.get("clean_replicates"));
    expect(two.get("replicates")).not.toEqual(one.get("replicates"));
  });

  it("writes one file under its name where there is one attack, and takes a network by its file", async () => {
    const few = ["--rows", "20", "--adaptive-rows", "10", "--replicates", "2", "--method", "fgsm", "--eps", "25/255"];
    const { status, out } = await logits(
      "learn",
      "attack",
      at("model.onnx"),
      "--data",
      at("toy.npz"),
      ...few,
      "-o",
      at("one.npz"),
    );
    expect(status).toBe(0);
    expect(out.replaceAll("\n", " ")).toContain("each value moved by at most 25/255.");
    expect(out).toContain("Fewer than 50 rows were fooled");
    expect(out.trimEnd().split("\n").at(-1)).toBe(`Wrote ${at("one.npz")}`);
    expect((await arraysOf("one.npz")).get("logits")!.shape).toEqual([20, 3]);
  });

  it("keeps what was computed where the adaptive attack cannot be made, and says why", async () => {
    // Ten examples of one class: none of another can be imitated.
    const only = at("one-class.npz");
    const { values, labels } = toyPictures(300, 21);
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === 0);
    const bytes = Uint8Array.from(
      rows.slice(0, 60).flatMap((row) => [...values.subarray(64 * row, 64 * row + 64)]),
      (v) => 255 * v,
    );
    const some = BigInt64Array.from({ length: 60 }, (_, i) => (i < 1 ? 1n : i < 2 ? 2n : 0n));
    writeFileSync(
      only,
      npz({
        train_images: ["|u1", [60, 8, 8], bytes],
        train_labels: ["<i8", [60], some],
        test_images: ["|u1", [60, 8, 8], bytes],
        test_labels: ["<i8", [60], some],
      }),
    );
    const argv = ["--data", only, "--rows", "30", "--replicates", "4", "--steps", "4"];
    const why = "Cannot attack by mimicry: there must be examples of another class that are recognised, got none";
    const found = await document(...argv, "-o", at("kept.npz"));
    expect(found["attacks"].map(({ method }: { method: string }) => method)).toEqual(["pgd"]);
    expect(found["missing"]).toEqual([{ method: "mimicry", adaptive: true, why }]);
    expect(found["files"]).toEqual([at("kept.npz")]);
    expect(existsSync(at("kept.npz"))).toBe(true);
    expect(found["caveats"].join(" ")).toContain("An attacker who knows the detector is not among these");
    const all = await document(...argv, "--method", "all");
    expect(all["attacks"].map(({ method }: { method: string }) => method)).toEqual(["fgsm", "pgd", "cw"]);
    const { status, out } = await attack(...argv);
    expect(status).toBe(0);
    expect(out.replaceAll("\n", " ")).toContain(`mimicry is missing. ${why}`);
    expect(out).not.toContain("the mimicry rows were made for it");
    const alone = await attack(...argv, "--method", "mimicry");
    expect([alone.status, alone.out]).toEqual([3, ""]);
    expect(alone.err).toContain(why);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "says its numbers even where there is no room for its file (skipped without /dev/full)",
    async () => {
      symlinkSync("/dev/full", at("full.npz"));
      const { status, out, err } = await attack("--rows", "20", "--replicates", "2", "--json", "-o", at("full.npz"));
      expect([status, JSON.parse(out).files, JSON.parse(out).attacks.length]).toEqual([3, [], 2]);
      expect(err).toBe(
        `logits learn attack: Cannot write ${at("full.npz")}: there must be room for it, got a full disk\n`,
      );
    },
  );

  it("counts one row as one", async () => {
    const { out } = await attack("--rows", "1", "--replicates", "1", "--method", "fgsm", "--adaptive-rows", "1");
    expect(out).toMatch(/^1 test example of /);
    expect(out.replaceAll("\n", " ")).toContain("Noise: 1 draw of 0.06.");
    expect(out).toContain("fgsm (1 row, 1 step)");
  });

  it.each<[string, string[], number, string]>([
    ["eps that is none", ["--eps", "8/0"], 2, "--eps must be in (0, 1], as 0.03 or 8/255, got 8/0"],
    ["eps in other units", ["--eps", "8"], 2, "--eps must be in (0, 1], as 0.03 or 8/255, got 8"],
    ["two strokes", ["--eps", "1/2/3"], 2, "--eps must be in (0, 1], as 0.03 or 8/255, got 1/2/3"],
    ["half a fraction", ["--sigma", "8/"], 2, "--sigma must be in (0, 1], as 0.03 or 8/255, got 8/"],
    [
      "a method that is none",
      ["--method", "magic"],
      2,
      "--method must be one of fgsm, pgd, cw, mimicry, all, got magic",
    ],
    ["another kind of file", ["-o", "out.csv"], 2, "--output must end with .npz"],
    [
      "a folder that there is not, before anything is attacked",
      ["--rows", "100000", "--steps", "100000", "-o", "nowhere/out.npz"],
      3,
      "Cannot write nowhere/out.npz: its folder must exist, got none",
    ],
    ["no rows", ["--rows", "0"], 2, "--rows must be"],
    [
      "other classes",
      ["--classes", "up,down,left"],
      3,
      "its classes must be across, down, chequered, got up, down, left",
    ],
    ["a file that there is not", ["--data", "nowhere.npz"], 3, "nowhere.npz"],
  ])("refuses %s", async (_, argv, status, message) => {
    const ended = await attack(...argv);
    expect(ended.err).toContain(message);
    expect(ended.err.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect([ended.status, ended.out]).toEqual([status, ""]);
  });

  it("refuses no data, and no network", async () => {
    expect(await logits("learn", "attack", folder)).toMatchObject({
      status: 2,
      err: expect.stringContaining("needs --data"),
    });
    const nowhere = await logits("learn", "attack", at("nowhere"), "--data", at("toy.npz"));
    expect(nowhere).toMatchObject({ status: 3, out: "", err: expect.stringContaining("nowhere") });
    const other = await logits("learn", "attack", at("toy.npz"), "--data", at("toy.npz"));
    expect(other).toMatchObject({
      status: 3,
      out: "",
      err: expect.stringContaining("must be a network written by this library"),
    });
  });
});
