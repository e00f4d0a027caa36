import { describe, expect, it } from "vitest";
import { golden } from "../../../test/support/golden.js";
import type { Batch } from "../../core/index.js";
import { bandCounts } from "../bandRates.js";
import { logOddsOf } from "../odds.js";
import { dealt, joined, justAbove, type Ranked, rankedPieces } from "../ranked.js";
import { type Counts, countsAt, ratesOf } from "../rates.js";
import { umbrellaRank } from "./falsePositives.js";
import { logit, priorShift, solve, type Solved, type Wish } from "./index.js";
import { rowsNeeded } from "./solution.js";

interface Golden {
  logits: number[];
  labels: number[];
  piece: number[];
  positive: number[];
  odds: number[];
  at: Record<string, { counts: Counts } & Record<"alerts" | "fpr" | "precision" | "recall", [number, number]>>;
  umbrella: { n: number; alpha: number; delta: number; k: number }[];
  needed: { bound: number; delta: number; rows: number }[];
  maxFpr: { bound: number; above: number; fp: number };
  minRecall: { bound: number; threshold: number };
  fBeta: Record<string, { value: number; alerts: number }>;
  cost: { costs: { fp: number; fn: number; ask?: number }; least: number }[];
  minPrecision: { bound: number; found: { threshold: number; count: number; n: number } | null }[];
}

const g = golden<Golden>("decide");
const truth = Uint8Array.from(g.labels, (label) => (g.positive.includes(label) ? 1 : 0));
const pieces = rankedPieces(Float64Array.from(g.odds), truth, Uint8Array.from(g.piece));
const rows = joined(pieces);

const found = (solved: Solved): Exclude<Solved, { refused: string }> => {
  if ("refused" in solved) throw new Error(solved.refused);
  return solved;
};
const refusal = (solved: Solved): string => ("refused" in solved ? solved.refused : "found");
const ranked = (negatives: number[], positives: number[]): Ranked => ({
  negatives: Float64Array.from(negatives).sort(),
  positives: Float64Array.from(positives).sort(),
});
const alone = (one: Ranked): Ranked[] => [one];

describe("against SciPy and scikit-learn", () => {
  it("log-odds of several classes are differences of log-sum-exps", () => {
    const batch: Batch = { kind: "logits", values: Float64Array.from(g.logits), rows: truth.length, classes: 3 };
    for (const [row, odds] of logOddsOf(batch, g.positive).entries()) expect(odds).toBeCloseTo(g.odds[row]!, 12);
  });

  it.each(Object.entries(g.at))("the plain rule at %s: counts and exact intervals", (at, expected) => {
    const counts = countsAt(rows, logit(Number(at)));
    expect(counts).toEqual(expected.counts);
    const rates = ratesOf(counts);
    for (const name of ["alerts", "fpr", "precision", "recall"] as const)
      for (const end of [0, 1] as const) expect(rates[name].ci[end], name).toBeCloseTo(expected[name][end], 10);
  });

  it.each(g.umbrella)("rank $k of $n for $alpha at $delta", ({ n, alpha, delta, k }) => {
    expect(umbrellaRank(n, alpha, delta)).toBe(k);
  });

  it.each(g.needed)("$rows rows for $bound at $delta", ({ bound, delta, rows: needed }) => {
    expect(rowsNeeded(bound, delta)).toBe(needed);
  });

  it("false-positive rate: what is above the order statistic, ties and all", () => {
    const { high, guarantees } = found(solve(pieces, { maxFpr: g.maxFpr.bound }));
    expect(high).toBeGreaterThan(g.maxFpr.above);
    expect(countsAt(rows, high).fp).toBe(g.maxFpr.fp);
    expect(guarantees[0]).toMatchObject({ rate: "fpr", side: "at most", count: g.maxFpr.fp, n: rows.negatives.length });
  });

  it("recall: the order statistic itself", () => {
    expect(found(solve(pieces, { minRecall: g.minRecall.bound })).high).toBe(g.minRecall.threshold);
  });

  it.each(Object.entries(g.fBeta))("F-%s is the largest there is", (beta, { value, alerts }) => {
    const { tp, fp, fn } = countsAt(rows, found(solve(pieces, { beta: Number(beta) })).high);
    const b2 = Number(beta) ** 2;
    expect(((1 + b2) * tp) / ((1 + b2) * tp + b2 * fn + fp)).toBeCloseTo(value, 12);
    expect(tp + fp).toBe(alerts);
  });

  it.each(g.cost)("costs $costs: no two thresholds cost less", ({ costs, least }) => {
    const counts = bandCounts(rows, found(solve(pieces, { costs })));
    const asked = counts.askedNegatives + counts.askedPositives;
    const cost = costs.fp * counts.alertedNegatives + costs.fn * counts.passedPositives + (costs.ask ?? 0) * asked;
    expect(cost).toBeCloseTo(least, 9);
  });

  it.each(g.minPrecision)(
    "precision ≥ $bound: the same fixed sequence ends at the same threshold",
    ({ bound, found: expected }) => {
      const solved = solve(pieces, { minPrecision: bound });
      if (!expected) return expect(refusal(solved)).toContain(`a precision of at least ${bound}`);
      const { high, guarantees } = found(solved);
      expect(high).toBe(expected.threshold);
      expect(guarantees[0]).toMatchObject({ count: expected.count, n: expected.n, by: "learn then test" });
    },
  );
});

describe("promises", () => {
  it("299 negatives are enough for 1 % with 95 %, 298 are not", () => {
    const of = (n: number): Ranked[] =>
      alone(
        ranked(
          Array.from({ length: n }, (_, i) => i),
          [400, 500],
        ),
      );
    const { high, guarantees } = found(solve(of(299), { maxFpr: 0.01 }));
    expect(guarantees[0]).toMatchObject({ needed: 299, n: 299, count: 0 });
    // Halfway between the highest negative and the next score.
    expect(high).toBe((298 + 400) / 2);
    expect(solve(of(298), { maxFpr: 0.01 })).toEqual({
      refused: "a false-positive rate of at most 0.01 with confidence 0.95 needs 299 negatives, there are 298",
      needed: 299,
      have: 298,
    });
  });

  it("the rank is the smallest that the binomial law allows, for every n up to 200", () => {
    for (const alpha of [0.02, 0.1, 0.3])
      for (let n = rowsNeeded(alpha, 0.1); n <= 200; n++) {
        const k = umbrellaRank(n, alpha, 0.1);
        expect(tail(k, n, 1 - alpha)).toBeLessThanOrEqual(0.1);
        if (k > 1) expect(tail(k - 1, n, 1 - alpha)).toBeGreaterThan(0.1);
      }
  });

  it.each<[string, number[], number[]]>([
    ["all scores equal", Array<number>(500).fill(1), Array<number>(500).fill(1)],
    [
      "the highest tenth of the negatives tied",
      [...Array<number>(450).fill(0), ...Array<number>(50).fill(5)],
      [5, 6, 7],
    ],
  ])("ties are never parted: %s", (_, negatives, positives) => {
    const { high } = found(solve(alone(ranked(negatives, positives)), { maxFpr: 0.01 }));
    expect(countsAt(ranked(negatives, positives), high).fp).toBe(0);
  });

  it("a false-positive rate that no threshold can keep is refused", () => {
    const many = Array<number>(500).fill(Infinity);
    expect(refusal(solve(alone(ranked(many, [1])), { maxFpr: 0.01 }))).toContain(
      "+Infinity: no threshold is above them",
    );
  });

  it("scores of −Infinity are below every threshold", () => {
    const { high } = found(solve(alone(ranked(Array<number>(500).fill(-Infinity), [-3, 2])), { maxFpr: 0.01 }));
    expect(high).toBe(-3);
  });

  it("two promises of one threshold share the error; where they part, a person is asked or it is refused", () => {
    const far = alone(
      ranked(
        Array.from({ length: 2000 }, (_, i) => i / 1000 - 3),
        Array.from({ length: 2000 }, (_, i) => i / 1000 + 1),
      ),
    );
    const one = found(solve(far, { maxFpr: 0.01, minRecall: 0.99 }));
    expect(one.low).toBe(one.high);
    expect(one.guarantees.map(({ rate, confidence }) => [rate, confidence])).toEqual([
      ["fpr", 0.975],
      ["recall", 0.975],
    ]);
    const near = alone(
      ranked(
        Array.from({ length: 2000 }, (_, i) => i / 1000),
        Array.from({ length: 2000 }, (_, i) => i / 1000 + 1),
      ),
    );
    expect(refusal(solve(near, { maxFpr: 0.01, minRecall: 0.99 }))).toBe(
      "no one threshold keeps both promises: the one needs a threshold of 88 %, the other of at most 73.3 %; asking a person between them (--abstain) would",
    );
    const { low, high } = found(solve(near, { maxFpr: 0.01, minRecall: 0.99, abstain: true }));
    expect(low).toBeLessThan(1.02);
    expect(high).toBeGreaterThan(1.97);
  });

  it("a budget counts all rows", () => {
    const { high, guarantees } = found(solve(pieces, { budget: 0.1 }));
    const { tp, fp } = countsAt(rows, high);
    expect(guarantees[0]).toMatchObject({ rate: "alerts", count: tp + fp, n: 400 });
    expect((tp + fp) / 400).toBeLessThan(0.1);
  });

  it("a budget at another prior counts what production would", () => {
    const { high, guarantees } = found(solve(pieces, { budget: 0.2, prior: 0.05 }));
    const { tp, fp } = countsAt(rows, high);
    expect(0.05 * (tp / rows.positives.length) + 0.95 * (fp / rows.negatives.length)).toBeLessThan(0.2);
    expect(guarantees[0]).toMatchObject({ prior: 0.05, by: "clopper-pearson" });
    // With fewer positives in production, more can be alerted of than at the rows' own share.
    expect(high).toBeLessThan(found(solve(pieces, { budget: 0.2 })).high);
  });
});

describe("small parts", () => {
  it.each([
    [1, 2, 1.5],
    [1, 1 + Number.EPSILON, 1 + Number.EPSILON],
    [3, undefined, 3 + 2 * Number.EPSILON],
    [-0, undefined, Number.MIN_VALUE],
    [-Infinity, -5, -5],
    [Infinity, undefined, undefined],
  ])("justAbove(%s) before %s is %s", (score, next, expected) => {
    const rest = ranked([score], next === undefined ? [] : [next]);
    expect(justAbove(rest, score)).toBe(expected);
  });

  it("a prior shifts log-odds by the ratio of the odds", () => {
    expect(priorShift(0.01, 50, 100)).toBeCloseTo(Math.log(0.01 / 0.99), 12);
    expect(priorShift(undefined, 50, 100)).toBe(0);
  });

  it("which piece a row is in depends on its index, not on how many rows there are", () => {
    expect(dealt(50, 3)).toEqual(dealt(80, 3).slice(0, 50));
    expect(dealt(30, 3, 20)).toEqual(dealt(50, 3).slice(20));
    expect(dealt(50, 3)).not.toEqual(dealt(50, 4));
  });

  it("pieces together are all rows, ascending", () => {
    expect([...rows.negatives]).toEqual(g.odds.filter((_, row) => truth[row] === 0).sort((a, b) => a - b));
    expect([...rows.positives]).toEqual(g.odds.filter((_, row) => truth[row] === 1).sort((a, b) => a - b));
  });
});

describe("wishes that cannot be", () => {
  it.each<[Wish, string]>([
    [{ at: 0.5, low: 0.5 }, "low must be below at (0.5), got 0.5"],
    [{}, "there must be one goal (or maxFpr or minPrecision with minRecall), got none"],
    [{ at: 0.5, maxFpr: 0.1 }, "got at, maxFpr"],
    [{ maxFpr: 0 }, "maxFpr must be a number in (0, 1), got 0"],
    [{ maxFpr: 1 }, "maxFpr must be a number in (0, 1), got 1"],
    [{ maxFpr: NaN }, "maxFpr must be a number in (0, 1), got NaN"],
    [{ maxFpr: 0.1, confidence: 1 }, "confidence must be a number in (0, 1), got 1"],
    [{ beta: -1 }, "beta must be a number > 0, got -1"],
    [{ costs: { fp: 0, fn: 1 } }, "costs must have fp and fn > 0"],
    [{ costs: { fp: 1, fn: 1, ask: -1 } }, "the cost of ask must be a number ≥ 0, got -1"],
    [{ maxFpr: 0.1, abstain: true }, "abstain must come with maxFpr or minPrecision, and minRecall"],
    [{ maxFpr: 0.1, minRecall: 0.9, low: 0.1 }, "low must come with one goal for the upper threshold"],
  ])("%o", (wish, message) => {
    expect(() => solve(pieces, wish)).toThrow(message);
  });

  it("a lower threshold above the upper one that was found", () => {
    expect(refusal(solve(pieces, { beta: 1, low: 0.9999 }))).toMatch(
      /the lower threshold \(0\.9999\) is above the one that was found \(0\.\d+\)/,
    );
  });
});

/** P(Bin(n, p) ≥ k) as a plain sum. */
function tail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) {
    let choose = 0;
    for (let j = 1; j <= i; j++) choose += Math.log((n - i + j) / j);
    sum += Math.exp(choose + i * Math.log(p) + (n - i) * Math.log1p(-p));
  }
  return sum;
}
