import { describe, expect, it } from "vitest";
import { scoresOf } from "../../test/support/scores.js";
import { type Batch, uniform } from "../core/index.js";
import { clopperPearsonUpper } from "../stats/clopperPearson.js";
import { controlRisk, fitConformal, meanRisk, predictSets, setOf } from "./index.js";
import { falseNegativeRate } from "./falseNegativeRate.js";
import { largeOrMiss } from "./largeOrMiss.js";
import { miss } from "./miss.js";
import { weightedMiss } from "./weightedMiss.js";

function rowsOf(rows: number, seed: number, classes = 4): Batch {
  const values = new Float64Array(classes * rows);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    labels[i] = Math.floor(classes * uniform(seed, "simulation", i, 0));
    for (let k = 0; k < classes; k++)
      values[classes * i + k] = 3 * uniform(seed, "simulation", i, 1 + k) + (k === labels[i] ? 1.5 : 0);
  }
  return { kind: "logits", values, rows, classes, labels };
}

/** Rows with none, one or several true classes, each with a logit of its own. */
function multilabel(rows: number, seed: number): { batch: Batch; truths: Uint8Array } {
  const values = Float64Array.from({ length: 5 * rows }, (_, i) => 6 * uniform(seed, "simulation", i, 7) - 4);
  const truths = Uint8Array.from(values, (z, i) =>
    uniform(seed, "simulation", i, 8) < 1 / (1 + Math.exp(-z)) ? 1 : 0,
  );
  return { batch: { kind: "logits", values, rows, classes: 5 }, truths };
}

describe("risk control", () => {
  it("of a miss, in expectation, is split conformal prediction, for every n and α", () => {
    for (const rows of [1, 5, 9, 10, 20, 99, 100])
      for (const alpha of [0.05, 0.1, 0.29, 0.5, 0.9]) {
        const batch = rowsOf(rows, rows);
        const own = controlRisk(batch, { score: "aps", alpha }).document.params.thresholds[0]!;
        const { score, fine } = fitConformal(batch, { score: "aps", alpha }).document.params.thresholds[0]!;
        expect([own.score, own.fine]).toEqual([score, fine]);
      }
  });

  it("of a miss, with confidence, leaves out as many as Clopper and Pearson's bound allows, and not one more", () => {
    const batch = rowsOf(500, 3);
    const { document } = controlRisk(batch, { score: "lac", control: "rcps", alpha: 0.1, delta: 0.05 });
    const sets = predictSets(batch, document);
    const missed = Array.from(batch.labels!).filter((label, row) => !setOf(sets, row).includes(label)).length;
    expect(clopperPearsonUpper(missed, 500, 0.95)).toBeLessThanOrEqual(0.1);
    expect(clopperPearsonUpper(missed + 1, 500, 0.95)).toBeGreaterThan(0.1);
  });

  it("says when no finite threshold will do", () => {
    const { document, warnings } = controlRisk(rowsOf(20, 1), { control: "rcps", alpha: 0.1, delta: 0.05 });
    expect(document.params.thresholds[0]!.score).toBe("Infinity");
    expect(warnings).toEqual([
      "No finite threshold keeps miss at most 0.1 with confidence 0.95 on 20 rows: every set holds every class.",
    ]);
  });

  it("a dear class is missed less than a cheap one", () => {
    const batch = rowsOf(2000, 5);
    const { document } = controlRisk(batch, {
      score: "lac",
      risk: "weightedMiss",
      riskParams: { missWeights: "1,0,1,4" },
      alpha: 0.05,
    });
    const params = { missWeights: "1,0,1,4" };
    const sets = predictSets(batch, document);
    expect(meanRisk(weightedMiss, params, sets, batch)).toBeLessThanOrEqual(0.05);
    // Counted by hand: 1 of 4, 0, 1 of 4, and all.
    const price = [0.25, 0, 0.25, 1];
    let sum = 0;
    for (let row = 0; row < 2000; row++)
      if (!setOf(sets, row).includes(batch.labels![row]!)) sum += price[batch.labels![row]!]!;
    expect(meanRisk(weightedMiss, params, sets, batch)).toBeCloseTo(sum / 2000, 12);
  });

  it.each(["crc", "rcps", "ltt"] as const)(
    "%s keeps the false-negative rate of rows with several true classes, on 40 draws",
    (control) => {
      let [mean, above] = [0, 0];
      for (let draw = 0; draw < 40; draw++) {
        const { batch, truths } = multilabel(400, 100 + draw);
        const { document, met } = controlRisk(batch, {
          score: "sigmoid",
          risk: "falseNegativeRate",
          control,
          alpha: 0.1,
          ...(control !== "crc" && { delta: 0.1 }),
          truths,
        });
        expect(met).toBe(true);
        const other = multilabel(2000, 900 + draw);
        const risk = meanRisk(falseNegativeRate, {}, predictSets(other.batch, document), other.batch, other.truths);
        mean += risk / 40;
        if (risk > 0.1) above++;
      }
      // In expectation, to within twice its standard error of .003; with confidence, in 90 % of draws: above 9 of 40 once in 100 times.
      if (control === "crc") expect(Math.abs(mean - 0.1)).toBeLessThan(0.007);
      else expect(above).toBeLessThanOrEqual(9);
      expect(mean).toBeGreaterThan(0.05);
    },
  );

  it("sets that must be small as well: kept where it can be, refused where it cannot", () => {
    const batch = rowsOf(3000, 8);
    const options = { score: "lac", risk: "largeOrMiss", control: "ltt", delta: 0.1 } as const;
    const { document, met } = controlRisk(batch, { ...options, alpha: 0.4, riskParams: { maxSize: 2 } });
    expect(met).toBe(true);
    const others = rowsOf(3000, 9);
    expect(meanRisk(largeOrMiss, { maxSize: 2 }, predictSets(others, document), others)).toBeLessThan(0.42);
    const none = controlRisk(batch, { ...options, alpha: 0.05, riskParams: { maxSize: 1 } });
    expect(none.met).toBe(false);
    expect(none.warnings[0]).toMatch(
      /No threshold keeps largeOrMiss at most 0.05 with confidence 0.9: on 1500 rows the safest has 0\.\d+\. Nothing is promised\./,
    );
  });

  it("losses of a set by hand", () => {
    const batch = scoresOf([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    const sets = {
      rows: 2,
      classes: 4,
      words: 1,
      mask: Uint32Array.of(0b0011, 0b0111),
      sizes: Int32Array.of(2, 3),
      everything: new Uint8Array(2),
      unseen: 0,
    };
    const truths = [1, 0, 1, 1, 0, 0, 0, 0];
    expect(meanRisk(miss, {}, sets, batch, truths)).toBe(1 / 2);
    expect(meanRisk(falseNegativeRate, {}, sets, batch, truths)).toBeCloseTo(2 / 3 / 2, 12);
    expect(meanRisk(largeOrMiss, { maxSize: 2 }, sets, batch, truths)).toBe(1);
  });

  it.each([
    [{ risk: "loss" }, "risk must be one of miss, falseNegativeRate, weightedMiss, largeOrMiss, got loss"],
    [{ risk: "largeOrMiss" }, "control must be ltt for largeOrMiss"],
    [{ control: "rcps", delta: 0 }, "delta must be a number in (0, 1), got 0"],
    [{ control: "best" }, "control must be one of crc, rcps, ltt, got best"],
    [{ truths: [1, 2] }, "they must be 20 × 4 numbers, got 2"],
    [{ truths: Array.from({ length: 80 }, () => 2) }, "truth of row 0, column 0: it must be 0 or 1, got 2"],
    [{ risk: "weightedMiss", riskParams: { missWeights: "1,2" } }, "missWeights must be one number a class, got 2"],
    [
      { risk: "weightedMiss", riskParams: { missWeights: "1,x,1,1" } },
      "missWeights must be numbers ≥ 0, not all 0, got 1,x,1,1",
    ],
  ])("refuses %o", (options, message) => {
    expect(() => controlRisk(rowsOf(20, 1), options as object)).toThrow(message);
  });
});
