import { readFileSync } from "node:fs";
import {
  binaryCrossEntropy,
  coral,
  crossEntropy,
  cumulativeLink,
  distillation,
  energyLoss,
  entropyLoss,
  focal,
  hinge,
  type Loss,
  logitAdjusted,
  multilabelCrossEntropy,
} from "logits/losses";
import { describe, expect, it } from "vitest";

const golden = JSON.parse(readFileSync(new URL("../../test/golden/losses.json", import.meta.url), "utf8"));
const { rows, classes, labels, classWeights, targets } = golden;
const given = { values: golden.logits as number[], rows, classes };
const teacher = { values: golden.teacher as number[], rows, classes };
const share = classWeights.map((w: number) => w / 6.5);

const ours: Record<string, () => Loss> = {
  crossEntropy: () => crossEntropy(given, labels),
  "crossEntropy sum": () => crossEntropy(given, labels, { reduction: "sum" }),
  "crossEntropy weights": () => crossEntropy(given, labels, { classWeights }),
  "crossEntropy smoothing": () => crossEntropy(given, labels, { labelSmoothing: 0.1 }),
  "crossEntropy weights and smoothing": () => crossEntropy(given, labels, { classWeights, labelSmoothing: 0.1 }),
  "crossEntropy ignored": () => crossEntropy(given, golden.ignored, { ignoreIndex: -100 }),
  focal: () => focal(given, labels),
  multilabel: () => multilabelCrossEntropy(given, targets),
  "multilabel posWeight": () => multilabelCrossEntropy(given, targets, { posWeight: classWeights }),
  distillation: () => distillation(given, teacher, { temperature: 2 }),
  logitAdjusted: () => logitAdjusted(given, labels, { prior: share }),
  energyLoss: () => energyLoss(given, { temperature: 2 }),
  entropyLoss: () => entropyLoss(given),
};

describe("PyTorch, in f64", () => {
  it.each(Object.entries(ours))("%s has its value and gradient", (name, compute) => {
    const { value, gradient } = compute();
    expect(value).toBeCloseTo(golden.cases[name].value, 12);
    gradient.forEach((slope, i) => expect(slope).toBeCloseTo(golden.cases[name].gradient[i], 12));
  });
});

/** Deterministic points: no two runs differ. */
const random = (() => {
  let state = 1;
  return (): number => (state = (state * 48271) % 2147483647) / 2147483647;
})();

const one = (values: number[]): { values: number[]; rows: number; classes: number } => ({
  values,
  rows: 1,
  classes: values.length,
});
const scalar: [string, (z: number[], y: number) => Loss][] = [
  ["crossEntropy", (z, y) => crossEntropy(one(z), [y], { labelSmoothing: 0.2, classWeights: [1, 2, 0.5, 1] })],
  ["focal", (z, y) => focal(one(z), [y], { gamma: 1.5 })],
  ["logitAdjusted", (z, y) => logitAdjusted(one(z), [y], { prior: [0.1, 0.2, 0.3, 0.4] })],
  ["multilabel", (z, y) => multilabelCrossEntropy(one(z), [y % 2, 0.3, 1, 0], { posWeight: 3 })],
  ["hinge", (z, y) => hinge(one(z), [y])],
  ["distillation", (z, y) => distillation(one(z), one([y, 1, -2, 0.5]), { temperature: 2 })],
  ["energyLoss", (z) => energyLoss(one(z), { temperature: 1.5 })],
  ["entropyLoss", (z) => entropyLoss(one(z))],
  ["coral", ([f], y) => coral([f!], [2, 0, -1.5], [y])],
  ["cumulativeLink", ([f], y) => cumulativeLink([f!], [-2, 0.5, 1], [y])],
];

describe.each(scalar)("%s", (name, loss) => {
  it("has the gradient of its value at 200 random points, by central differences", () => {
    let checked = 0;
    while (checked < 200) {
      const z = Array.from(
        { length: name === "coral" || name === "cumulativeLink" ? 1 : 4 },
        () => 8 * (random() - 0.5),
      );
      const y = Math.floor(4 * random());
      const at = loss(z, y);
      // A hinge has no slope where its rivals tie or it begins.
      if (name === "hinge" && (at.value < 1e-3 || z.some((a, i) => z.some((b, j) => i < j && Math.abs(a - b) < 1e-3))))
        continue;
      checked++;
      const h = 1e-5;
      z.forEach((value, k) => {
        const up = loss(z.with(k, value + h), y).value;
        const down = loss(z.with(k, value - h), y).value;
        expect(Math.abs(at.gradient[k]! - (up - down) / (2 * h))).toBeLessThan(1e-8);
      });
    }
  });

  it("is finite at [1000, -1000, -1000, 500], whatever the label", () => {
    for (let y = 0; y < 4; y++) {
      const { value, gradient } = loss([1000, -1000, -1000, 500], y);
      expect(Number.isFinite(value)).toBe(true);
      expect(gradient.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("ordinal losses", () => {
  it.each([
    ["coral", coral, [2, 0, -1.5]],
    ["cumulativeLink", cumulativeLink, [-2, 0.5, 1]],
  ] as [string, typeof coral, number[]][])("%s has the gradient in its thresholds", (_, loss, thresholds) => {
    for (let y = 0; y < 4; y++) {
      const at = loss([0.7], thresholds, [y]).thresholdGradient;
      thresholds.forEach((value, k) => {
        const up = loss([0.7], thresholds.with(k, value + 1e-5), [y]).value;
        const down = loss([0.7], thresholds.with(k, value - 1e-5), [y]).value;
        expect(Math.abs(at[k]! - (up - down) / 2e-5)).toBeLessThan(1e-8);
      });
    }
  });

  it("probabilities of a cumulative link add up to 1", () => {
    const total = [0, 1, 2, 3].reduce((sum, y) => sum + Math.exp(-cumulativeLink([0.7], [-2, 0.5, 1], [y]).value), 0);
    expect(total).toBeCloseTo(1, 14);
  });
});

describe("what probabilities would have lost", () => {
  it("binary cross-entropy is exact far out", () => {
    expect(binaryCrossEntropy([40], [0]).value).toBe(40);
    expect(binaryCrossEntropy([-800], [1]).value).toBe(800);
  });

  it("a masked class that is nobody's label costs nothing, a masked label costs everything", () => {
    expect(crossEntropy(one([1, -Infinity]), [0]).value).toBe(0);
    expect(crossEntropy(one([1, -Infinity]), [1]).value).toBe(Infinity);
  });

  it.each([
    ["NaN", () => crossEntropy(one([1, NaN]), [0]), "got NaN in row 0, column 1"],
    ["a label that is no class", () => crossEntropy(one([1, 2]), [2]), "a label must be in [0, 1], got 2 in row 0"],
    ["thresholds that fall", () => cumulativeLink([0], [1, 0], [1]), "thresholds must rise strictly, got 1 then 0"],
  ])("%s is refused", (_, compute, message) => expect(compute).toThrow(message));
});
