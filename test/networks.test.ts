import { readFileSync, statSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { applyCalibrator, type Batch, calibrate, collect, evaluate, predictions, read } from "logits";
import {
  fitNoise,
  load as loadNetwork,
  noiseEvidence,
  openExamples,
  predict,
  select,
  snapshotEvidence,
} from "logits/learn";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { separation } from "../src/stats/separation.js";

const folder = fileURLToPath(new URL("../data/learn/", import.meta.url));
const load = async (name: string): Promise<Batch> => collect(await read(`${folder}${name}.npz`));
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const metric = async (batch: Batch, name: string): Promise<number> =>
  (await evaluate(batch, { metrics: [name], replicates: 0 })).metrics[name]!.value;

interface Kind {
  name: string;
  rows: number;
  accuracy: [number, number];
  ece: [number, number];
}

describe("the networks that come with this package", () => {
  it.each<Kind>([
    { name: "fashion", rows: 10_000, accuracy: [0.87, 0.92], ece: [0, 0.03] },
    { name: "fashion-overfit", rows: 10_000, accuracy: [0.78, 0.85], ece: [0.08, 0.2] },
    { name: "animals", rows: 1800, accuracy: [0.64, 0.75], ece: [0, 0.1] },
  ])(
    "$name is as right and as sure as it should be, and one temperature repairs it",
    async ({ name, rows, accuracy, ece }) => {
      const [validation, test] = [await load(`${name}.val`), await load(`${name}.test`)];
      expect(test.rows).toBe(rows);
      const [right, before] = [await metric(test, "accuracy"), await metric(test, "ece")];
      expect(right).toBeGreaterThanOrEqual(accuracy[0]);
      expect(right).toBeLessThan(accuracy[1]);
      expect(before).toBeGreaterThanOrEqual(ece[0]);
      expect(before).toBeLessThan(ece[1]);
      const cooled = applyCalibrator(test, await calibrate(validation, { method: "temperature" }));
      expect(await metric(cooled, "ece")).toBeLessThanOrEqual(0.03);
      expect(predictions(cooled).predicted).toEqual(predictions(test).predicted);
    },
  );

  it.each(["fashion", "fashion-overfit"])(
    "%s gives the logits that are kept, for the pictures of clothes that are kept",
    async (name) => {
      const { validation, test } = await openExamples("fashion-mnist");
      const net = await loadNetwork(`${folder}${name}.onnx`);
      const kept = await load(`${name}.test`);
      expect(kept.labels!.slice(0, test.labels.length)).toEqual(test.labels);
      expect((await load(`${name}.val`)).labels!.slice(0, validation.labels.length)).toEqual(validation.labels);
      const some = Array.from({ length: 200 }, (_, row) => row);
      const { values } = await predict(net, select(test, some));
      values.forEach((value, i) => expect(Math.abs(value - kept.values[i]!)).toBeLessThan(1e-4));
    },
  );

  it("the sheet shows the first 1,000 test pictures, forty in a line", async () => {
    const { test } = await openExamples("fashion-mnist");
    const sheet = PNG.sync.read(readFileSync(`${folder}fashion.png`));
    expect([sheet.width, sheet.height]).toEqual([40 * 28, 25 * 28]);
    for (const picture of [0, 41, 999])
      for (const [x, y] of [
        [3, 5],
        [14, 14],
        [27, 27],
      ] as const) {
        const at = 4 * ((Math.floor(picture / 40) * 28 + y) * sheet.width + (picture % 40) * 28 + x);
        expect(sheet.data[at]).toBe(test.values[picture * 784 + y * 28 + x]);
      }
  });

  it("all files together stay under 25 MB", () => {
    const sizes = (readdirSync(new URL("../data", import.meta.url), { recursive: true, encoding: "utf8" }) as string[])
      .map((name) => statSync(fileURLToPath(new URL(`../data/${name}`, import.meta.url))))
      .map((one) => (one.isFile() ? one.size : 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(25e6);
  });
});

/** Logits of each draw of noise: rows × replicates × classes. */
async function drawsOf(
  name: string,
): Promise<{ values: Float64Array; rows: number; replicates: number; classes: number }> {
  const axes: ["rows", "replicates", "classes"] = ["rows", "replicates", "classes"];
  const draws = await Promise.all(
    Array.from({ length: 16 }, async (_, replicate) =>
      collect(await read(`${folder}${name}.npz`, { logitsKey: "replicates", axes, replicate })),
    ),
  );
  const { rows, classes } = draws[0]!;
  const values = new Float64Array(rows * 16 * classes);
  for (let row = 0; row < rows; row++)
    draws.forEach((draw, r) => {
      for (let k = 0; k < classes; k++) values[(row * 16 + r) * classes + k] = draw.values[row * classes + k]!;
    });
  return { values, rows, replicates: 16, classes };
}

describe("attacks on them", () => {
  it.each(["fashion", "animals"])(
    "%s: logits at rest show nothing of a strong attack, noise does, and less of who knows of it",
    async (name) => {
      const clean = await load(`${name}.clean`);
      const law = fitNoise(await load(`${name}.benign`), await drawsOf(`${name}.benign`));
      const benign = {
        margin: snapshotEvidence(clean).margin,
        noise: noiseEvidence(law, clean, await drawsOf(`${name}.clean`)),
      };
      const seen = new Map<string, { accuracy: number; margin: number; noise: number }>();
      for (const method of ["fgsm", "pgd", "cw", "mimicry"]) {
        const attacked = await load(`${name}.attack-${method}`);
        expect(attacked.labels).toEqual(clean.labels);
        const fooled = (scores: Float64Array): Float64Array =>
          scores.filter(
            (_, row) => predictions(clean).correct![row] === 1 && predictions(attacked).correct![row] === 0,
          );
        const noise = fooled(noiseEvidence(law, attacked, await drawsOf(`${name}.attack-${method}`)));
        seen.set(method, {
          accuracy: mean(predictions(attacked).correct!),
          margin: separation(fooled(snapshotEvidence(attacked).margin), benign.margin).value,
          noise: separation(noise, benign.noise).value,
        });
      }
      const [pgd, adaptive] = [seen.get("pgd")!, seen.get("mimicry")!];
      expect(pgd.accuracy).toBeLessThan(0.1);
      expect(pgd.margin).toBeLessThan(0.5);
      expect(pgd.noise).toBeGreaterThan(0.95);
      expect(adaptive.noise).toBeLessThan(pgd.noise - 0.02);
    },
  );
});
