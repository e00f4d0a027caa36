import { beforeAll, describe, expect, it } from "vitest";
import { toyNetwork, toyPictures, untrained } from "../../test/support/toyPictures.js";
import { uniform } from "../core/index.js";
import { crossEntropy } from "../losses/index.js";
import {
  attack,
  type Attacked,
  type AttackMethod,
  attackMethods,
  type AttackOptions,
  type Examples,
  type Network,
  predict,
} from "./index.js";
import { select } from "./examples.js";
import { tensorflow } from "./tensorflow.js";

const pictures = toyPictures(90, 2);
const like = toyPictures(120, 3);
const eps = 0.1;
let net: Network;
beforeAll(async () => {
  net = await toyNetwork();
});

const run = (method: AttackMethod, options: AttackOptions = {}, some: Examples = pictures): Promise<Attacked> =>
  attack(net, some, { method, eps, like, ...options });

function accuracy({ attacked }: Attacked): number {
  const right = Array.from(attacked.labels!, (label, row) =>
    leadOver(attacked, row, label) < 0 ? 1 : (0 as number),
  ).reduce((sum, one) => sum + one, 0);
  return right / attacked.rows;
}

/** How far the best other class leads over one. */
function leadOver({ values, classes }: Attacked["attacked"], row: number, label: number): number {
  const z = [...values.subarray(row * classes, (row + 1) * classes)];
  return Math.max(...z.filter((_, k) => k !== label)) - z[label]!;
}

describe("every attack", () => {
  it.each(attackMethods)("%s changes no value by more than eps, nor out of [0, 1]", async (method) => {
    const edge = {
      ...pictures,
      values: pictures.values.map((value, i) => (i % 5 === 0 ? 0 : i % 5 === 1 ? 1 : value)),
    };
    const { examples } = await run(method, { eps: 0.07, steps: 4 }, edge);
    let largest = 0;
    examples.values.forEach((value, i) => {
      expect(value >= 0 && value <= 1).toBe(true);
      largest = Math.max(largest, Math.abs(value - edge.values[i]!));
    });
    expect(largest).toBeLessThan(0.07 + 1e-7);
    expect(largest).toBeGreaterThan(0.06);
  });

  it.each(attackMethods)("%s gives the same bits for the same seed, and leaves its input alone", async (method) => {
    const before = pictures.values.slice();
    const [one, two] = [await run(method, { steps: 4, seed: 9 }), await run(method, { steps: 4, seed: 9 })];
    expect(two.examples.values).toEqual(one.examples.values);
    expect(two.attacked.values).toEqual(one.attacked.values);
    expect(pictures.values).toEqual(before);
    if (method !== "fgsm") {
      const other = await run(method, { steps: 4, seed: 10 });
      expect(other.examples.values).not.toEqual(one.examples.values);
    }
  });

  it.each(attackMethods)("%s leaves no tensor behind", async (method) => {
    const tf = await tensorflow();
    await run(method, { steps: 2 });
    const { numTensors } = tf.memory();
    await run(method, { steps: 2 });
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("reads bytes as it reads shares of 255", async () => {
    const bytes = { ...pictures, values: Uint8Array.from(pictures.values, (value) => Math.round(255 * value)) };
    const floats = { ...pictures, values: Float32Array.from(bytes.values, (value) => value / 255) };
    const [one, two] = [await run("fgsm", {}, bytes), await run("fgsm", {}, floats)];
    expect(one.examples.values).toEqual(two.examples.values);
  });

  it("counts a success where the given one was known and the changed one is not", async () => {
    const { clean, attacked, success } = await run("pgd");
    success.forEach((one, row) => {
      const [before, after] = [clean, attacked].map((batch) => leadOver(batch, row, pictures.labels[row]!) < 0);
      expect(one).toBe(before && !after ? 1 : 0);
    });
    expect(clean.values).toEqual((await predict(net, pictures)).values);
  });

  it("tells of every step", async () => {
    const seen: number[][] = [];
    await run("pgd", { steps: 3, onStep: (step, of) => void seen.push([step, of]) });
    expect(seen).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});

describe("fgsm", () => {
  it("goes where central differences of the cross-entropy point", async () => {
    const few = select(pictures, [0, 1, 2]);
    const { examples } = await attack(untrained(), few, { method: "fgsm", eps: 0.02 });
    const h = 1 / 128;
    const width = 64;
    const losses = async (by: number): Promise<number[]> => {
      const values = new Float32Array(3 * width * width);
      for (let row = 0; row < 3; row++)
        for (let k = 0; k < width; k++) {
          const at = (row * width + k) * width;
          values.set(few.values.subarray(row * width, (row + 1) * width), at);
          values[at + k]! += by;
        }
      const labels = new Int32Array(3 * width).map((_, i) => few.labels[Math.floor(i / width)]!);
      const { values: z } = await predict(untrained(), { ...few, values, labels, ids: [...labels].map(String) });
      return [...labels].map(
        (label, i) =>
          crossEntropy({ values: Float64Array.from(z.subarray(3 * i, 3 * i + 3)), rows: 1, classes: 3 }, [label]).value,
      );
    };
    const [up, down] = [await losses(h), await losses(-h)];
    let judged = 0;
    up.forEach((loss, i) => {
      const slope = (loss - down[i]!) / (2 * h);
      if (Math.abs(slope) < 2e-3) return;
      judged++;
      expect(Math.sign(examples.values[i]! - few.values[i]!)).toBe(Math.sign(slope));
    });
    expect(judged).toBeGreaterThan(150);
  });

  it("finds the way also where the network is so sure that the cross-entropy has no gradient in f32", async () => {
    const parameters = net.parameters.map((p, i) => (i >= net.parameters.length - 2 ? p.map((w) => 1000 * w) : p));
    const sure = { ...net, parameters };
    const [one, two] = [
      await attack(net, pictures, { method: "fgsm", eps }),
      await attack(sure, pictures, { method: "fgsm", eps }),
    ];
    expect(Math.min(...Array.from(two.clean.labels!, (label, row) => leadOver(two.clean, row, label)))).toBeLessThan(
      -1000,
    );
    const moved = two.examples.values.filter((value, i) => value !== pictures.values[i]).length;
    expect(moved / pictures.values.length).toBeGreaterThan(0.9);
    expect(accuracy(two)).toBeLessThan(accuracy(one) + 0.1);
  });
});

describe("pgd", () => {
  it("is at least as strong as fgsm, and either stronger than noise of that size", async () => {
    const noisy = {
      ...pictures,
      values: pictures.values.map((value, i) =>
        Math.max(0, Math.min(1, value + (uniform(8, "noise", i) < 0.5 ? -0.035 : 0.035))),
      ),
    };
    const [fgsm, pgd] = [accuracy(await run("fgsm", { eps: 0.035 })), accuracy(await run("pgd", { eps: 0.035 }))];
    const known = await run("fgsm", { eps: 1e-6 }, noisy);
    expect(accuracy(known)).toBeGreaterThan(0.9);
    expect(fgsm).toBeLessThan(0.7);
    expect(pgd).toBeLessThanOrEqual(fgsm);
  });

  it("ends surer than it began: strong attacks overshoot", async () => {
    const { clean, attacked } = await run("pgd");
    const lead = (batch: Attacked["attacked"], label: (row: number) => number): number =>
      Array.from(batch.labels!, (_, row) => Math.abs(leadOver(batch, row, label(row)))).sort((a, b) => a - b)[45]!;
    expect(lead(attacked, (row) => pictures.labels[row]!)).toBeGreaterThan(lead(clean, (row) => pictures.labels[row]!));
  });
});

describe("cw", () => {
  it("leaves an example alone once the other class leads", async () => {
    // From 16 steps on all have the same pace, so that 40 go on where 16 ended.
    const [soon, late] = [await run("cw", { steps: 16, eps: 0.05 }), await run("cw", { steps: 40, eps: 0.05 })];
    let done = 0;
    for (let row = 0; row < 90; row++) {
      if (leadOver(soon.attacked, row, pictures.labels[row]!) < 0.5) continue;
      done++;
      const of = ({ examples }: Attacked): unknown => examples.values.subarray(64 * row, 64 * row + 64);
      expect(of(late)).toEqual(of(soon));
    }
    expect(done).toBeGreaterThan(20);
    expect(accuracy(late)).toBeLessThanOrEqual(accuracy(soon));
  });

  it("stops over the border: the lead is at most what was asked and one step", async () => {
    const short = { steps: 40, lead: 0.5, eps };
    const { attacked, success } = await run("cw", short);
    const pgd = await run("pgd", short);
    const leads = (batch: Attacked["attacked"]): number[] =>
      [...success.keys()].filter((row) => success[row] === 1).map((row) => leadOver(batch, row, pictures.labels[row]!));
    // A step moves every value by eps/8: the lead changes by no more than in the largest step that is seen.
    const far = Math.max(...leads(pgd.attacked));
    expect(success.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(60);
    expect(Math.min(...leads(attacked))).toBeGreaterThan(0);
    expect(Math.max(...leads(attacked))).toBeLessThan(0.5 + far / 4);
  });

  it("goes on where more lead is asked", async () => {
    const mean = async (lead: number): Promise<number> => {
      const { attacked } = await run("cw", { lead });
      const leads = Array.from(attacked.labels!, (label, row) => leadOver(attacked, row, label));
      return leads.reduce((sum, one) => sum + one, 0) / leads.length;
    };
    expect(await mean(2)).toBeGreaterThan((await mean(0.2)) + 0.5);
  });
});

describe("mimicry", () => {
  it("comes nearer to the logits of a true example than any other attack", async () => {
    const known = await predict(net, like);
    const distance = ({ attacked: { values, rows, classes } }: Attacked): number => {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        let nearest = Infinity;
        for (let other = 0; other < known.rows; other++) {
          if (known.labels![other] === pictures.labels[row]) continue;
          let apart = 0;
          for (let k = 0; k < classes; k++)
            apart += (values[row * classes + k]! - known.values[other * classes + k]!) ** 2;
          nearest = Math.min(nearest, Math.sqrt(apart));
        }
        sum += nearest;
      }
      return sum / rows;
    };
    const mimicry = distance(await run("mimicry"));
    expect(mimicry).toBeLessThan(distance(await run("pgd")) / 2);
    expect(mimicry).toBeLessThan(distance(await run("fgsm", { eps: 1e-6 })) / 2);
  });
});

describe("an attack refuses", () => {
  it.each<[string, Partial<Record<keyof AttackOptions, unknown>>, string]>([
    ["a method that is none", { method: "magic" }, "method must be fgsm, pgd, cw, mimicry, got magic"],
    ["eps of 0", { eps: 0 }, "eps must be in (0, 1], got 0"],
    ["eps above 1", { eps: 8 }, "eps must be in (0, 1], got 8"],
    ["eps that is no number", { eps: NaN }, "eps must be in (0, 1], got NaN"],
    ["half a step", { steps: 1.5 }, "steps must be an integer ≥ 1, got 1.5"],
    ["no step", { steps: 0 }, "steps must be an integer ≥ 1, got 0"],
    ["a lead of 0", { method: "cw", lead: 0 }, "lead must be > 0, got 0"],
    ["noise below 0", { method: "mimicry", noise: -1 }, "noise must be ≥ 0, got -1"],
    ["nobody to imitate", { method: "mimicry", like: undefined }, "mimicry needs examples to imitate (like), got none"],
  ])("%s", async (_, options, message) => {
    await expect(attack(net, pictures, { like, ...options } as AttackOptions)).rejects.toMatchObject({
      code: "bad-argument",
      message: `Cannot attack: ${message}`,
    });
  });

  it.each<[string, Partial<Examples>, string]>([
    ["other classes", { classes: ["a", "b", "c", "d"] }, "there must be 3 classes, as the network has, got 4"],
    ["another size", { shape: [4, 16, 1] }, "an example must be 8 × 8 × 1 as the network's input, got 4 × 16 × 1"],
    [
      "values that are no colours",
      { values: pictures.values.map((value, i) => (i === 70 ? 1.5 : value)) },
      "values must be in [0, 1], got 1.5 at example 1, place 6",
    ],
  ])("%s", async (_, change, message) => {
    await expect(attack(net, { ...pictures, ...change })).rejects.toThrow(`Cannot attack: ${message}`);
    await expect(attack(net, pictures, { method: "mimicry", like: { ...pictures, ...change } })).rejects.toThrow(
      `Cannot attack by mimicry: ${message}`,
    );
  });

  it("to imitate where no example of another class is recognised", async () => {
    const same = select(
      like,
      [...like.labels.keys()].filter((row) => like.labels[row] === 1),
    );
    await expect(run("mimicry", { like: same })).rejects.toThrow(
      "Cannot attack by mimicry: there must be examples of another class that are recognised, got none",
    );
  });
});
