import { type ConformOptions, conformalRank, fitConformal, inSet, measureSets, predictSets } from "logits/conform";
import { describe, expect, it } from "vitest";
import { type Batch, shuffled, takeRows, uniform } from "../../src/core/index.js";
import { hasSharedData, plainNpz } from "../support/sharedData.js";

/** Labels drawn from softmax(z/2): an overconfident model, with no two scores equal. */
function synthetic(rows: number, seed: number): Batch {
  const classes = 8;
  const values = new Float64Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const lift = 8 * uniform(seed, "simulation", row, 50);
    const favourite = Math.floor(classes * uniform(seed, "simulation", row, 51));
    const weights = Array.from({ length: classes }, (_, k) => {
      const z = 4 * uniform(seed, "simulation", row, k) + (k === favourite ? lift : 0);
      values[row * classes + k] = 2 * z;
      return Math.exp(z);
    });
    let u = uniform(seed, "simulation", row, 99) * weights.reduce((a, b) => a + b, 0);
    while (labels[row]! < classes - 1 && (u -= weights[labels[row]!]!) >= 0) labels[row]!++;
  }
  return { kind: "logits", values, rows, classes, labels };
}

/** Mean coverage and size over random halves: one calibrates, the other is covered. */
function halves(batch: Batch, options: ConformOptions, times: number): { coverage: number; size: number } {
  let [coverage, size] = [0, 0];
  for (let time = 0; time < times; time++) {
    const order = shuffled(batch.rows, 17, "shuffle", time);
    const half = batch.rows >> 1;
    const { document } = fitConformal(takeRows(batch, order.slice(0, half)), { ...options, seed: time });
    const rest = takeRows(batch, order.slice(half));
    const found = measureSets(predictSets(rest, document), rest);
    coverage += found.coverage.value / times;
    size += found.meanSize / times;
  }
  return { coverage, size };
}

const exact: [string, ConformOptions][] = [
  ["LAC", { score: "lac" }],
  ["APS", { score: "aps" }],
  ["RAPS", { score: "raps" }],
  ["SAPS", { score: "saps" }],
  ["margin", { score: "margin" }],
];

describe("sets cover what they promise (seeded)", () => {
  // 100 means of 2,500 rows from one table of 5,000: the standard error of one is about 0.006 and of the mean under 0.003, mostly from the table itself.
  const rows = synthetic(5000, 3);

  it.each(exact)("%s covers 90 % of new rows, on the mean of 100 halves to ± .006", (_, options) => {
    expect(Math.abs(halves(rows, options, 100).coverage - 0.9)).toBeLessThan(0.006);
  });

  it("top-k covers at least 90 %", () => {
    expect(halves(rows, { score: "topK" }, 100).coverage).toBeGreaterThanOrEqual(0.9);
  });

  it.skipIf(!hasSharedData).each(exact)(
    "%s covers 90 % of CIFAR-10 (needs ../shared/data), on the mean of 100 halves to ± .006",
    (_, options) => {
      expect(Math.abs(halves(plainNpz("cifar10-resnet110.test.npz"), options, 100).coverage - 0.9)).toBeLessThan(0.006);
    },
  );

  it.skipIf(!hasSharedData)("top-k covers at least 90 % of CIFAR-10 (needs ../shared/data)", () => {
    expect(halves(plainNpz("cifar10-resnet110.test.npz"), { score: "topK" }, 100).coverage).toBeGreaterThanOrEqual(0.9);
  });

  it.skipIf(!hasSharedData)(
    "APS without randomisation has 5.3 classes at most on CIFAR-10 (needs ../shared/data), where sums in f32 have 9.8 of 10",
    () => {
      const { coverage, size } = halves(plainNpz("cifar10-resnet110.test.npz"), { score: "aps", randomise: false }, 20);
      expect(size).toBeLessThan(5.3);
      expect(Math.abs(coverage - 0.9)).toBeLessThan(0.006);
    },
  );
});

describe("every rank for n ≤ 30", () => {
  /** Rows of two classes whose LAC score is the place of the label's logit. */
  const ordered = (places: readonly number[]): Batch => ({
    kind: "logits",
    values: Float64Array.from(places.flatMap((place) => [0, place])),
    labels: new Int32Array(places.length),
    rows: places.length,
    classes: 2,
  });

  it("coverage over all places that a new row can have among n others is k/(n + 1), with k = ⌈(n + 1)(1 − α)⌉ of the decimal α", () => {
    for (let n = 1; n <= 30; n++) {
      for (let thousandths = 1; thousandths < 1000; thousandths++) {
        // Whole numbers: no rounding decides here.
        const k = Math.floor(((n + 1) * (1000 - thousandths) + 999) / 1000);
        expect(conformalRank(n, thousandths / 1000)).toBe(k);
      }
      // α that are written as fractions, and as what is left of 1.
      for (let k = 1; k <= n; k++) {
        expect(conformalRank(n, 1 - k / (n + 1))).toBe(k);
        expect(conformalRank(n, (n + 1 - k) / (n + 1))).toBe(k);
        const alpha = (n + 1 - k) / (n + 1);
        let covered = 0;
        for (let place = 0; place <= n; place++) {
          const others = Array.from({ length: n + 1 }, (_, i) => i).filter((i) => i !== place);
          const { document } = fitConformal(ordered(others), { alpha, score: "lac" });
          if (inSet(predictSets(ordered([place]), document), 0, 0)) covered++;
        }
        expect(covered).toBe(k);
      }
    }
  });
});
