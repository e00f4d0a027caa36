import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { lesson } from "../examples/cat-dog-bird.js";
import { gradients, recoveries } from "../examples/vanishing.js";

const names = ["from logits", "log(naive)", "log(softmax)", "clipped 1e-7", "squared error"];
/** TensorFlow.js 4.22.0, its cpu backend, in f32: |gradient| by automatic differentiation, to the digits given. */
const table: Record<number, (string | number)[]> = {
  5: ["1.40", "1.40", "1.40", "1.40", ".041"],
  10: ["1.41", "1.41", "1.41", "1.41", "2.8e-4"],
  16: ["1.41", "1.41", "1.41", "1.41", "6.6e-7"],
  17: ["1.41", "1.41", "1.41", 0, "2.1e-7"],
  50: ["1.41", "1.00", "1.41", 0, "7.8e-22"],
  88: ["1.41", "1.00", "1.41", 0, "2.5e-38"],
  89: ["1.41", NaN, Infinity, 0, "9e-39"],
  104: ["1.41", NaN, NaN, 0, 0],
};

describe("examples/vanishing", () => {
  it.each(Object.entries(table))("a gap of %s leaves each loss the gradient that a framework computes", (gap, row) => {
    const [got] = gradients([Number(gap)]);
    row.forEach((expected, k) => {
      const value = got![names[k]!]!;
      if (typeof expected === "number") expect(value, names[k]).toBe(expected);
      else {
        const digits = expected.replace(/e.*/, "").replace(/^0?\./, "").replace(".", "").length;
        expect(Number(value.toPrecision(digits)), names[k]).toBe(Number(expected));
      }
    });
  });

  it("from a confidently wrong start only the loss from logits teaches what is right", async () => {
    const [row] = await recoveries([12]);
    expect(row!["before"]).toBeLessThan(0.05);
    expect(row!["from logits"]).toBeGreaterThan(0.65);
    expect(row!["log(naive)"]).toBeNaN();
    expect(row!["log(softmax)"]).toBeNaN();
    expect(row!["clipped 1e-7"]).toBeLessThan(row!["from logits"]! - 0.2);
    expect(row!["squared error"]).toBeLessThan(0.25);
  });
});

/** A lesson as a newcomer runs it, offline, on whatever Node this is. */
function run(...words: string[]): { status: number | null; out: string; err: string } {
  const script = fileURLToPath(new URL("../scripts/example.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

describe("npm run example", () => {
  it("runs the lesson about vanishing gradients", () => {
    const { status, out, err } = run("vanishing", "200", "1");
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ +17( +1\.414){3} +0 +2\.1e-7$/m);
    expect(out).toContain("Accuracy after 1 epoch on 200 pictures of clothes");
    expect(out).toMatch(/^ +12( +0\.\d{3}){6}$/m);
  });

  it("names the lessons that there are", () => {
    for (const [words, got] of [
      [[], "none"],
      [["vanish"], "vanish"],
    ] as const)
      expect(run(...words)).toEqual({
        status: 2,
        out: "",
        err: `npm run example -- NAME …: NAME must be cat-dog-bird or vanishing, got ${got}\n`,
      });
  });
});

describe("examples/cat-dog-bird", () => {
  const folder = mkdtempSync(join(tmpdir(), "logits-lesson-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Pictures of noise that is a little redder, greener or bluer. */
  function pictures(count: number): Record<string, unknown> {
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    const values = new Uint8Array(count * 3072);
    for (let i = 0, state = 1; i < values.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[i] = (state >>> 25) + (labels[Math.floor(i / 3072)] === i % 3 ? 12 : 0);
    }
    return { images: { values, shape: [count, 32, 32, 3] }, labels };
  }

  it("says logits, probabilities, how sure and how right, and which pictures to look at", async () => {
    const path = join(folder, "pictures.npz");
    const writer = "../scripts/data/npz.mjs";
    const { npz } = (await import(writer)) as { npz(arrays: Record<string, unknown>): Uint8Array };
    const [train, test] = [pictures(120), pictures(60)];
    writeFileSync(
      path,
      npz({
        train_images: train["images"],
        train_labels: train["labels"],
        test_images: test["images"],
        test_labels: test["labels"],
      }),
    );
    const lines: string[] = [];
    const got = await lesson(path, { images: 90, epochs: 4, say: (line) => lines.push(line) });
    const text = lines.join("\n");
    expect(text).toMatch(/^Learning from 90 pictures:\n {2}epoch 1: loss 1\.\d{3}, right /);
    expect(text).toMatch(/The first test picture is a cat\. Its logits are -?\d\.\d\d, -?\d\.\d\d, -?\d\.\d\d\./);
    expect(text).toContain(`is right ${(100 * got.accuracy).toFixed(1)} % of the time`);
    expect(text).toContain(`A temperature of ${got.temperature.toFixed(2)}, fitted on other pictures`);
    expect(text).toContain(`Torn between two: ${got.torn} pictures`);
    expect(text).toContain(`Confidently wrong: ${got.confidentlyWrong} pictures`);
    expect(got.accuracy).toBeGreaterThan(1 / 3);
    const { status, out, err } = run("cat-dog-bird", path);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Learning from 108 pictures:\n[^]*\nConfidently wrong: \d+ pictures/);
  });
});
