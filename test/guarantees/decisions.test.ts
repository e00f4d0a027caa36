import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decider, logOddsOf, winnersOf, dealt, rankedPieces, solve, type Wish } from "logits/decide";
import type { Batch } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";
import { hasSharedData, plainNpz, shared } from "../support/sharedData.js";

/** A finite population of rows, of which every rate is known exactly. */
interface Pool {
  scores: Float64Array;
  truth: Uint8Array;
}

const trials = 1000;
const delta = 0.05;
/** Three standard errors above the error that is allowed. */
const most = trials * (delta + 3 * Math.sqrt((delta * (1 - delta)) / trials));

interface Outcome {
  broken: number;
  refused: number;
  /** Mean share of the pool at or above the threshold. */
  coverage: number;
}

/** Draws n rows with replacement, finds a threshold, and looks whether its true rate breaks the promise; again and again. */
function outcomes(
  pool: Pool,
  n: number,
  wish: Wish,
  broken: (at: number, pool: Pool) => boolean,
  seed: number,
): Outcome {
  const outcome = { broken: 0, refused: 0, coverage: 0 };
  const piece = dealt(n, 0);
  const scores = new Float64Array(n);
  const truth = new Uint8Array(n);
  for (let trial = 0; trial < trials; trial++) {
    for (let row = 0; row < n; row++) {
      const drawn = Math.floor(uniform(seed, "simulation", trial, row) * pool.scores.length);
      scores[row] = pool.scores[drawn]!;
      truth[row] = pool.truth[drawn]!;
    }
    const solved = solve(rankedPieces(scores, truth, piece), wish);
    if ("refused" in solved) {
      outcome.refused++;
      continue;
    }
    if (broken(solved.high, pool)) outcome.broken++;
    outcome.coverage +=
      pool.scores.reduce((sum, score) => sum + (score >= solved.high ? 1 : 0), 0) / pool.scores.length;
  }
  outcome.coverage /= trials - outcome.refused;
  return outcome;
}

/** Of the rows at or above a threshold, and of all, how many are of each truth. */
function counted(
  at: number,
  { scores, truth }: Pool,
): { tp: number; fp: number; positives: number; negatives: number } {
  const found = { tp: 0, fp: 0, positives: 0, negatives: 0 };
  for (let row = 0; row < scores.length; row++) {
    const over = scores[row]! >= at;
    if (truth[row] === 1) {
      found.positives++;
      if (over) found.tp++;
    } else {
      found.negatives++;
      if (over) found.fp++;
    }
  }
  return found;
}

const fprAbove = (bound: number) => (at: number, pool: Pool) => {
  const { fp, negatives } = counted(at, pool);
  return fp / negatives > bound;
};
const recallBelow = (bound: number) => (at: number, pool: Pool) => {
  const { tp, positives } = counted(at, pool);
  return tp / positives < bound;
};
const precisionBelow = (bound: number) => (at: number, pool: Pool) => {
  const { tp, fp } = counted(at, pool);
  return tp / (tp + fp) < bound;
};

/** Two overlapping heaps of log-odds, some of them tied by rounding, and a patch of high scores that are mostly wrong: precision does not rise with the threshold. */
function synthetic(rows: number, tied: boolean): Pool {
  const scores = new Float64Array(rows);
  const truth = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const [a, b, c] = [0, 1, 2].map((k) => uniform(7, "simulation", row, 100 + k)) as [number, number, number];
    truth[row] = c < 0.4 ? 1 : 0;
    const score = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b) * 2 + (truth[row] === 1 ? 2.5 : -2.5);
    scores[row] = tied ? Math.round(score * 2) / 2 : score;
    if (row % 50 === 0) {
      scores[row] = 6 + a;
      truth[row] = b < 0.5 ? 1 : 0;
    }
  }
  return { scores, truth };
}

describe.each([
  ["distinct scores", false],
  ["tied scores", true],
])("promises hold over draws of a synthetic population (seeded): %s", (_, tied) => {
  const pool = synthetic(20_000, tied);

  it.each([
    ["false-positive rate ≤ 1 %", 1000, { maxFpr: 0.01 }, fprAbove(0.01)],
    ["recall ≥ 95 %", 500, { minRecall: 0.95 }, recallBelow(0.95)],
    ["precision ≥ 80 %", 500, { minPrecision: 0.8 }, precisionBelow(0.8)],
    ["risk ≤ 20 %", 500, { maxRisk: 0.2 }, precisionBelow(0.8)],
    [
      "at most 30 % of all rows are alerts",
      300,
      { budget: 0.3 },
      (at: number, all: Pool) => {
        const { tp, fp } = counted(at, all);
        return (tp + fp) / all.scores.length > 0.3;
      },
    ],
  ] as [string, number, Wish, (at: number, pool: Pool) => boolean][])("%s", (name, n, wish, broken) => {
    const outcome = outcomes(pool, n, wish, broken, 11);
    expect(outcome.broken, name).toBeLessThanOrEqual(most);
    // A promise that is never made would hold too.
    expect(outcome.refused, name).toBeLessThan(trials / 2);
  });

  it("precision at another prior: the promise is about production", () => {
    const broken = (at: number, all: Pool): boolean => {
      const { tp, fp, positives, negatives } = counted(at, all);
      const [recall, fpr] = [tp / positives, fp / negatives];
      return (0.2 * recall) / (0.2 * recall + 0.8 * fpr) < 0.6;
    };
    const outcome = outcomes(pool, 2000, { minPrecision: 0.6, prior: 0.2 }, broken, 12);
    expect(outcome.broken).toBeLessThanOrEqual(most);
    expect(outcome.refused).toBeLessThan(trials / 2);
  });

  it("a threshold that was only looked for breaks its promise about half of the time: the test can fail", () => {
    let broken = 0;
    for (let trial = 0; trial < 200; trial++) {
      const sample: Pool = { scores: new Float64Array(1000), truth: new Uint8Array(1000) };
      for (let row = 0; row < 1000; row++) {
        const drawn = Math.floor(uniform(13, "simulation", trial, row) * pool.scores.length);
        sample.scores[row] = pool.scores[drawn]!;
        sample.truth[row] = pool.truth[drawn]!;
      }
      const negatives = sample.scores.filter((__, row) => sample.truth[row] === 0).sort();
      // The highest hundredth, as it is.
      if (fprAbove(0.01)(negatives[Math.floor(negatives.length * 0.99)]!, pool)) broken++;
    }
    expect(broken).toBeGreaterThan(200 * 0.2);
  });
});

describe.skipIf(!hasSharedData)("promises hold on network intrusions (skipped without ../shared/data)", () => {
  const files = hasSharedData ? ["nslkdd.calibration.npz", "nslkdd.test.npz"].map(plainNpz) : [];
  const joinedPool = (of: (batch: Batch) => Pool): Pool => {
    const pools = files.map(of);
    return {
      scores: Float64Array.from(pools.flatMap(({ scores }) => [...scores])),
      truth: Uint8Array.from(pools.flatMap(({ truth }) => [...truth])),
    };
  };
  const intrusions = joinedPool((batch) => ({
    scores: logOddsOf(batch, [1, 2, 3, 4]),
    truth: Uint8Array.from(batch.labels!, (label) => (label > 0 ? 1 : 0)),
  }));
  const winners = joinedPool((batch) => {
    const { winners: won, logOdds } = winnersOf(batch);
    return { scores: logOdds, truth: Uint8Array.from(won, (one, row) => (one === batch.labels![row] ? 1 : 0)) };
  });
  const normal: Pool = {
    scores: intrusions.scores.filter((_, row) => intrusions.truth[row] === 0),
    truth: new Uint8Array(intrusions.truth.filter((one) => one === 0).length),
  };

  it.each([
    ["false-positive rate ≤ 1 % of 1,000 negatives", normal, 1000, { maxFpr: 0.01 }, fprAbove(0.01)],
    ["false-positive rate ≤ 1 % of 299 negatives", normal, 299, { maxFpr: 0.01 }, fprAbove(0.01)],
    ["precision ≥ 95 % of 1,000 rows", intrusions, 1000, { minPrecision: 0.95 }, precisionBelow(0.95)],
    ["precision ≥ 99 % of 3,000 rows", intrusions, 3000, { minPrecision: 0.99 }, precisionBelow(0.99)],
    ["risk ≤ 0.3 % of 5,000 rows", winners, 5000, { maxRisk: 0.003 }, precisionBelow(0.997)],
  ] as [string, Pool, number, Wish, (at: number, pool: Pool) => boolean][])("%s", (name, pool, n, wish, broken) => {
    const { broken: times, refused, coverage } = outcomes(pool, n, wish, broken, 21);
    process.stdout.write(
      `  ${name}: broken ${times}, refused ${refused} of ${trials}; share at or above ${coverage.toFixed(4)}\n`,
    );
    expect(times).toBeLessThanOrEqual(most);
    expect(refused).toBeLessThan(trials / 2);
  });
});

/** f8 or i8 numbers of an npy, read by code that shares nothing with the package's own readers. */
function plainNpy(name: string): { shape: number[]; numbers: number[] } {
  const bytes = readFileSync(shared(`mmlu-llama13b/${name}.npy`));
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const shape = /\((.*?)\)/
    .exec(header)![1]!
    .split(",")
    .filter((size) => size.trim())
    .map(Number);
  const whole = header.includes("<i8");
  const numbers = Array.from({ length: (bytes.length - start) / 8 }, (_, i) =>
    whole ? Number(bytes.readBigInt64LE(start + 8 * i)) : bytes.readDoubleLE(start + 8 * i),
  );
  return { shape, numbers };
}

describe.skipIf(!hasSharedData)("answers of a language model (skipped without ../shared/data)", () => {
  it.each(["computer_security", "machine_learning", "marketing"])(
    "%s: risk ≤ 20 % holds over draws of the answers, or is refused",
    (subject) => {
      const { shape, numbers } = plainNpy(`${subject}_scores`);
      const [prompts, rows, classes] = shape as [number, number, number];
      const { numbers: targets } = plainNpy(`${subject}_targets`);
      const batch: Batch = { kind: "probs", values: Float64Array.from(numbers), rows: prompts * rows, classes };
      const { winners, logOdds } = winnersOf(batch);
      const truth = Uint8Array.from(winners, (winner, row) => (winner === targets[row % rows] ? 1 : 0));
      const outcome = outcomes({ scores: logOdds, truth }, rows, { maxRisk: 0.2 }, precisionBelow(0.8), 31);
      const accuracy = truth.reduce((sum, one) => sum + one, 0) / truth.length;
      process.stdout.write(
        `  ${subject} (accuracy ${accuracy.toFixed(3)}, ${rows} rows): broken ${outcome.broken}, refused ${outcome.refused} of ${trials}; coverage where promised ${outcome.coverage.toFixed(3)}\n`,
      );
      expect(outcome.broken).toBeLessThanOrEqual(most);
    },
  );
});

describe("a decision in words", () => {
  it("names what decided, at a threshold of certainty as well", () => {
    const policy = {
      kind: "policy" as const,
      version: 1 as const,
      method: "threshold",
      params: { positive: ["spam"], threshold: 2, above: "block", below: "pass" },
      classes: ["mail", "spam"],
    };
    const [sure] = decider(policy)({ kind: "logits", values: Float64Array.of(-Infinity, 0), rows: 1, classes: 2 });
    expect(sure).toMatchObject({ action: "block", p: 1, margin: Infinity, class: "spam" });
  });
});
