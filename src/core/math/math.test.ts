import { readFileSync } from "node:fs";
import {
  argmax,
  energy,
  entropy,
  logit,
  logitMargin,
  logOddsAgainstRest,
  logSigmoid,
  logSoftmax,
  logSumExp,
  margin,
  odds,
  perplexity,
  sigmoid,
  softmax,
  softplus,
  topK,
  varentropy,
} from "logits/math";
import { describe, expect, it } from "vitest";
import { LogitsError } from "../errors.js";

interface Golden {
  logits: number[];
  temperature: number;
  softmax: number[];
  logSoftmax: number[];
  logSumExp: number;
  entropy: number;
  varentropy: number;
  perplexity: number;
  energy: number;
  margin: number;
  logOddsAgainstRest: number | "Infinity";
}
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL("../../../test/golden/logit_numbers.json", import.meta.url), "utf8"),
);
const named = goldens.map(
  (golden) => [`${golden.logits.length} logits from ${golden.logits[0]} at T ${golden.temperature}`, golden] as const,
);

/** Relative distance, or absolute below `floor`, in units of 2^-52. */
const ulps = (got: number, expected: number, floor = 0): number =>
  Math.abs(got - expected) / Math.max(Math.abs(expected), floor, 1e-300) / 2 ** -52;

describe("against 50 digits", () => {
  it.each(named)("softmax is within 4 ulp: %s", (_, { logits, temperature, softmax: expected }) => {
    softmax(logits, { temperature })
      .subarray(0, 20)
      .forEach((p, k) => expect(ulps(p, expected[k]!, 1e-300)).toBeLessThanOrEqual(4));
  });

  it.each(named)("the others are within 8 ulp of their scale: %s", (_, golden) => {
    const { logits, temperature } = golden;
    const largest = Math.max(1, ...logits.map(Math.abs));
    const close = (got: number, expected: number, scale: number): void =>
      expect(ulps(got, expected, scale)).toBeLessThanOrEqual(8);
    close(logSumExp(logits, { temperature }), golden.logSumExp, 0);
    close(energy(logits, { temperature }), golden.energy, 0);
    close(entropy(logits, { temperature }), golden.entropy, 1);
    close(varentropy(logits, { temperature }), golden.varentropy, largest);
    close(perplexity(logits, { temperature }), golden.perplexity, largest);
    close(margin(logits, { temperature }), golden.margin, 0);
    if (golden.logOddsAgainstRest !== "Infinity")
      close(logOddsAgainstRest(logits, { temperature }), golden.logOddsAgainstRest, largest / temperature);
    else expect(logOddsAgainstRest(logits)).toBe(Infinity);
    logSoftmax(logits, { temperature })
      .subarray(0, 20)
      .forEach((x, k) => close(x, golden.logSoftmax[k]!, largest));
  });
});

describe("single numbers", () => {
  it.each([
    ["sigmoid(0)", sigmoid(0), 0.5],
    ["sigmoid at both ends", sigmoid(-800) + sigmoid(800), 1],
    ["logSigmoid keeps what sigmoid loses", logSigmoid(-800), -800],
    ["softplus does not overflow", softplus(1000), 1000],
    ["softplus of a masked class", softplus(-Infinity), 0],
    ["logit undoes sigmoid", logit(sigmoid(3.25)), 3.25],
    ["logit near one half keeps its digits", logit(0.5 + 2 ** -40), 2 ** -38],
    ["logit at the ends", logit(0) + (logit(1) === Infinity ? 0 : 1), -Infinity],
    ["odds", odds(0.75), 3],
    ["the margin of the worked example", logitMargin([8.2, 1.5]), 6.699999999999999],
  ])("%s", (_, got, expected) => {
    if (Number.isFinite(expected)) expect(ulps(got, expected)).toBeLessThan(16);
    else expect(got).toBe(expected);
  });

  it("the worked example: 8.2 and 1.5 are 99.877 % and 0.123 %", () => {
    expect([...softmax([8.2, 1.5])].map((p) => (100 * p).toFixed(3))).toEqual(["99.877", "0.123"]);
  });

  it("the winner is the lowest index, and a tie is said", () => {
    expect(argmax([1, 3, 3])).toEqual({ index: 1, tie: true });
    expect(argmax([-Infinity, -5])).toEqual({ index: 1, tie: false });
  });

  it.each([
    [[0.1, 5, 3], 2, [1, 2]],
    [[2, 2, 2], 2, [0, 1]],
    [[-Infinity, 1, -Infinity], 3, [1]],
    [[1, 2], 9, [1, 0]],
    [[1, 2], 0, []],
  ])("topK of %j at %i", (row, k, indices) => expect([...topK(row, k).indices]).toEqual(indices));

  it("topK of 131,072 equals sorting", () => {
    const row = Float32Array.from({ length: 131_072 }, (_, i) => Math.fround(Math.sin(i * 12.9898) * 43_758.5453) % 7);
    const sorted = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
    expect([...topK(row, 40).indices]).toEqual(sorted.slice(0, 40));
  });
});

const whole: [string, (z: number[] | { values: number[]; rows: number; classes: number }) => unknown][] = [
  ["softmax", (z) => softmax(z)],
  ["logSoftmax", (z) => logSoftmax(z)],
  ["logSumExp", (z) => logSumExp(z as number[])],
  ["energy", (z) => energy(z as number[])],
  ["entropy", (z) => entropy(z as number[])],
  ["varentropy", (z) => varentropy(z as number[])],
  ["perplexity", (z) => perplexity(z as number[])],
  ["margin", (z) => margin(z as number[])],
  ["logitMargin", (z) => logitMargin(z as number[])],
  ["logOddsAgainstRest", (z) => logOddsAgainstRest(z as number[])],
];

describe.each(whole)("%s", (name, compute) => {
  it("of many rows is that of each row", () => {
    const rows = [
      [1, 2, 3],
      [0, -Infinity, 5],
      [-700, -700, -701],
    ];
    const together = Array.from(compute({ values: rows.flat(), rows: 3, classes: 3 }) as Float64Array);
    expect(together).toEqual(
      rows.flatMap((row) => {
        const one = compute(row);
        return typeof one === "number" ? [one] : Array.from(one as Float64Array);
      }),
    );
  });

  it.each([
    [[1, NaN], 1],
    [[Infinity, 1], 0],
  ])("refuses %j, naming the column", (row, column) => {
    const error = (() => {
      try {
        return compute(row);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(LogitsError);
    expect(error).toMatchObject({ code: "not-finite", row: 0, column });
  });

  it("refuses a row without a class left, and no class at all", () => {
    expect(() => compute([-Infinity, -Infinity])).toThrow("got only -Infinity");
    expect(() => compute([])).toThrow(LogitsError);
  });

  it("leaves its input as it was", () => {
    const row = [3, -Infinity, 1];
    compute(row);
    expect(row).toEqual([3, -Infinity, 1]);
  });

  it.skipIf(name === "logSumExp" || name === "energy")(
    "does not change when a constant is added (log-sum-exp and energy do)",
    () => {
      const flat = (value: unknown): number[] =>
        typeof value === "number" ? [value] : Array.from(value as Float64Array);
      flat(compute([1.5, -2, 0.25])).forEach((x, i) =>
        expect(x).toBeCloseTo(flat(compute([101.5, 98, 100.25]))[i]!, 12),
      );
    },
  );
});

describe("temperature and out", () => {
  it.each([0, -1, NaN, Infinity])("T = %d is refused", (temperature) => {
    expect(() => softmax([1, 2], { temperature })).toThrow("temperature must be a finite number > 0");
  });

  it("out receives the result, and must fit", () => {
    const out = new Float32Array(2);
    expect(softmax([0, 0], { out })).toBe(out);
    expect([...out]).toEqual([0.5, 0.5]);
    expect(() => softmax([0, 0], { out: new Float32Array(3) })).toThrow("out must have length 2, got 3");
  });

  it("probabilities are not logits", () => {
    expect(() => softmax({ values: [0.5, 0.5], rows: 1, classes: 2, kind: "probs" })).toThrow(
      "the rows must be logits",
    );
  });
});
