import { beforeAll, describe, expect, it } from "vitest";
import { toyNetwork, toyPictures } from "../../test/support/toyPictures.js";
import type { Batch } from "../core/index.js";
import { separation } from "../stats/separation.js";
import { snapshotEvidence, type SnapshotScore } from "./evidence.js";
import {
  attack,
  type AttackMethod,
  fitNoise,
  noiseEvidence,
  type NoiseLaw,
  predict,
  replicate,
  type Replicates,
} from "./index.js";

const batch = (...rows: number[][]): Batch => ({
  kind: "logits",
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  classes: rows[0]!.length,
});
const noisy = (...rows: number[][][]): Replicates => ({
  values: Float64Array.from(rows.flat(2)),
  rows: rows.length,
  replicates: rows[0]!.length,
  classes: rows[0]![0]!.length,
});

describe("snapshotEvidence", () => {
  it.each<[string, number[], Record<SnapshotScore, number>]>([
    [
      "two equal classes",
      [0, 0],
      { margin: 1, maxProbability: 1 / 2, energy: -Math.LN2, entropy: Math.LN2, variance: 0 },
    ],
    [
      "odds of 4 : 3 : 1",
      [Math.log(4), Math.log(3), 0],
      {
        margin: 7 / 8,
        maxProbability: 1 / 2,
        energy: -Math.log(8),
        entropy: Math.log(8) - (4 * Math.log(4) + 3 * Math.log(3)) / 8,
        variance: -(Math.log(4) ** 2 + Math.log(3) ** 2 - Math.log(12) ** 2 / 3) / 3,
      },
    ],
    [
      "a masked class counts for nothing",
      [Math.log(3), -Infinity, 0],
      {
        margin: 1 / 2,
        maxProbability: 1 / 4,
        energy: -Math.log(4),
        entropy: Math.log(4) - 0.75 * Math.log(3),
        variance: -(Math.log(3) ** 2) / 4,
      },
    ],
  ])("%s", (_, row, expected) => {
    const found = snapshotEvidence(batch(row));
    for (const [name, value] of Object.entries(expected))
      expect(found[name as SnapshotScore][0]).toBeCloseTo(value, 14);
  });

  it("keeps the order of rows that are so sure that their probability rounds to 1", () => {
    const found = snapshotEvidence(batch([60, 0], [80, 0], [70, 0]));
    for (const name of ["margin", "maxProbability", "energy", "variance"] as const) {
      const [first, second, third] = found[name];
      expect(first).toBeGreaterThan(third!);
      expect(third).toBeGreaterThan(second!);
    }
    expect(found.maxProbability[0]! / Math.exp(-60)).toBeCloseTo(1, 12);
    expect(found.margin[0]! / Math.exp(-60)).toBeCloseTo(2, 12);
  });

  it("refuses NaN", () => {
    expect(() => snapshotEvidence(batch([1, 2], [NaN, 0]))).toThrow("row 1, column 0");
  });
});

const law: NoiseLaw = { classes: 3, mean: [0, 0.5, 0, 0, 0, 0, 0, 0, 0], sd: [1, 0.25, 1, 1, 1, 1, 1, 1, 1], rows: [] };

describe("the signed noise statistic", () => {
  it("is the largest standardised shift against the winner", () => {
    // Against the winner: class 1 from −1 to 0, class 2 from −2 to −1.5; (1 − 0.5)/0.25 is more than 0.5/1.
    expect([
      ...noiseEvidence(
        law,
        batch([2, 1, 0]),
        noisy([
          [1, 1, 0],
          [2, 2, 0],
        ]),
      ),
    ]).toEqual([2]);
  });

  it("has a sign: noise that favours the winner is no evidence", () => {
    expect([...noiseEvidence(law, batch([2, 1, 0]), noisy([[9, 1, 0]]))]).toEqual([-7]);
  });

  it("does not change when a constant is added to all scores of a row or of a draw", () => {
    const plain = noiseEvidence(
      law,
      batch([2, 1, 0], [0, 3, 1]),
      noisy(
        [
          [1, 1, 0],
          [2, 2, 0],
        ],
        [
          [0, 2, 1],
          [1, 2, 0],
        ],
      ),
    );
    const moved = noiseEvidence(
      law,
      batch([7, 6, 5], [0, 3, 1]),
      noisy(
        [
          [1, 1, 0],
          [10, 10, 8],
        ],
        [
          [4, 6, 5],
          [1, 2, 0],
        ],
      ),
    );
    expect(moved).toEqual(plain);
  });

  it("leaves masked classes out", () => {
    const masked = noiseEvidence(law, batch([2, -Infinity, 0]), noisy([[1, -Infinity, 0]]));
    expect([...masked]).toEqual([1]);
  });

  it.each<[string, Batch, Replicates, string]>([
    ["other rows", batch([2, 1, 0]), noisy([[1, 1, 0]], [[1, 1, 0]]), "there must be 1 rows of 3 classes, got 2 of 3"],
    ["other classes", batch([2, 1, 0]), noisy([[1, 1]]), "there must be 1 rows of 3 classes, got 1 of 2"],
    [
      "classes that were not learned from",
      batch([2, 1]),
      noisy([[1, 1]]),
      "there must be 3 classes, as was learned from, got 2",
    ],
    ["scores that are not finite", batch([2, 1, 0]), noisy([[1, NaN, 0]]), "must be finite, got row 0, class 1"],
  ])("refuses %s", (_, clean, under, message) => {
    expect(() => noiseEvidence(law, clean, under)).toThrow(message);
  });
});

describe("fitNoise", () => {
  it("gives each pair the mean and standard deviation of its shifts", () => {
    const shifts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const rows = shifts.map(() => [4, 0, 0]);
    const fitted = fitNoise(
      batch(...rows),
      noisy(
        ...shifts.map((by) => [
          [4, by, 2 * by],
          [4, by, 2 * by],
        ]),
      ),
    );
    expect(fitted.rows).toEqual([10, 0, 0]);
    expect(fitted.mean.slice(1, 3)).toEqual([5.5, 11]);
    expect(fitted.sd[1]).toBeCloseTo(Math.sqrt(82.5 / 9), 14);
    expect(fitted.sd[2]).toBeCloseTo(2 * Math.sqrt(82.5 / 9), 14);
    // Nothing was ever classified as 1: its pairs get what all shifts together say.
    expect(fitted.mean[3]).toBeCloseTo(8.25, 14);
    expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted);
  });

  it("asks for at least 10 rows", () => {
    expect(() => fitNoise(batch([1, 0]), noisy([[1, 0]]))).toThrow("there must be at least 10 benign rows, got 1");
  });

  it("gives logits that noise never moves a scale of 1", () => {
    const still = Array.from({ length: 10 }, () => [1, 0]);
    expect(fitNoise(batch(...still), noisy(...still.map((row) => [row]))).sd).toEqual([1, 1, 1, 1]);
  });
});

describe("replicate", () => {
  const pictures = toyPictures(30, 4);

  it("gives each row the same draws whoever it is with, and other ones for another seed", async () => {
    const net = await toyNetwork();
    const few = {
      ...pictures,
      values: pictures.values.slice(0, 640),
      labels: pictures.labels.slice(0, 10),
      ids: pictures.ids!.slice(0, 10),
    };
    const all = await replicate(net, pictures, { replicates: 3 });
    const some = await replicate(net, few, { replicates: 5 });
    const other = await replicate(net, few, { replicates: 5, seed: 2 });
    for (let row = 0; row < 10; row++)
      for (let k = 0; k < 9; k++) expect(some.values[15 * row + k]).toBeCloseTo(all.values[9 * row + k]!, 5);
    expect(other.values).not.toEqual(some.values);
    expect([all.rows, all.replicates, all.classes, all.values.length]).toEqual([30, 3, 3, 270]);
  });

  it("moves logits in proportion to a small sigma, around those of the examples", async () => {
    const net = await toyNetwork();
    const clean = await predict(net, pictures);
    const size = async (sigma: number): Promise<number> => {
      const { values } = await replicate(net, pictures, { replicates: 200, sigma });
      let sum = 0;
      values.forEach((z, i) => (sum += (z - clean.values[Math.floor(i / 600) * 3 + (i % 3)]!) ** 2));
      return Math.sqrt(sum / values.length);
    };
    expect((await size(0.002)) / (await size(0.001))).toBeCloseTo(2, 1);
  });

  it.each([
    [{ replicates: 0 }, "replicates must be an integer ≥ 1, got 0"],
    [{ replicates: 1.5 }, "replicates must be an integer ≥ 1, got 1.5"],
    [{ sigma: 0 }, "sigma must be > 0, got 0"],
    [{ sigma: NaN }, "sigma must be > 0, got NaN"],
  ])("refuses %o", async (options, message) => {
    await expect(replicate(await toyNetwork(), pictures, options)).rejects.toThrow(`Cannot replicate: ${message}`);
  });
});

describe("what evidence is worth against attacks on a small network", () => {
  const found = new Map<string, Record<SnapshotScore | "noise", number>>();
  const methods: AttackMethod[] = ["pgd", "cw", "mimicry"];
  beforeAll(async () => {
    const net = await toyNetwork();
    const [known, pictures] = [toyPictures(300, 5), toyPictures(150, 6)];
    const options = { sigma: 0.06, replicates: 32 };
    const fitted = fitNoise(await predict(net, known), await replicate(net, known, options));
    const score = async (examples: typeof pictures): Promise<Record<string, Float64Array>> => {
      const clean = await predict(net, examples);
      return {
        ...snapshotEvidence(clean),
        noise: noiseEvidence(fitted, clean, await replicate(net, examples, options)),
      };
    };
    const benign = await score(pictures);
    for (const method of methods) {
      const { examples, success } = await attack(net, pictures, { method, eps: 0.1, like: known, noise: 0.06 });
      const scores = await score(examples);
      const pick = (values: Float64Array): Float64Array => values.filter((_, row) => success[row] === 1);
      found.set(
        method,
        Object.fromEntries(
          Object.entries(scores).map(([name, values]) => [name, separation(pick(values), benign[name]!).value]),
        ) as never,
      );
    }
  });

  it("one-sided scores of the logits are worse than chance where the attack is strong", () => {
    for (const name of ["margin", "maxProbability", "energy", "entropy", "variance"] as const)
      expect(found.get("pgd")![name]).toBeLessThan(0.5);
  });

  it("noise tells a strong attack from benign rows, and far less one that was made through noise", () => {
    expect(found.get("pgd")!.noise).toBeGreaterThan(0.75);
    expect(found.get("mimicry")!.noise).toBeLessThan(found.get("pgd")!.noise - 0.15);
  });
});
