import {
  entropyBounds,
  type Interval,
  massBounds,
  minPCountBounds,
  perplexityBounds,
  probabilityBounds,
  topKMassBounds,
  topPSizeBounds,
  type Truncated,
  unlistedProbabilityBounds,
} from "logits/bounds";
import { describe, expect, it } from "vitest";
import { completions, type Full, fullOf, randomScores } from "./completions.fixture.js";

const ln = Math.log;
const temperatures = [0.25, 0.6, 0.9, 1, 1.3, 2, 5, 40];

function expectWithin({ lo, hi }: Interval, truth: number, what: string): void {
  const slack = 1e-9 * Math.max(1, Math.abs(truth));
  expect(lo, `${what}: lo`).toBeLessThanOrEqual(truth + slack);
  expect(hi, `${what}: hi`).toBeGreaterThanOrEqual(truth - slack);
}

describe("bounds of small distributions, by hand", () => {
  it.each<[string, Interval, number, number]>([
    [
      "a quarter unseen is one token of 0.25 or two of 0.125",
      entropyBounds({ logprobs: [ln(0.5), ln(0.25)], vocabulary: 4 }),
      1.5 * ln(2),
      0.5 * ln(2) + 0.25 * ln(4) + 0.25 * ln(8),
    ],
    [
      "without a vocabulary the entropy has no upper end",
      entropyBounds({ logprobs: [ln(0.5), ln(0.25)] }),
      1.5 * ln(2),
      Infinity,
    ],
    ["all tokens listed is a point", perplexityBounds({ logprobs: [ln(0.5), ln(0.5)], vocabulary: 2 }), 2, 2],
    ["one token, certain", entropyBounds({ logprobs: [0], vocabulary: 50_257 }), 0, 0],
    [
      "a token out of the list has at most the cap",
      massBounds({ logprobs: [ln(0.6), ln(0.3)] }, { unlisted: 1 }),
      0,
      0.1,
    ],
    [
      "a listed token at T = 2: 0.1 is unseen, in one token or in two of 0.05",
      probabilityBounds({ logprobs: [ln(0.6), ln(0.3)], vocabulary: 4 }, 0, { temperature: 2 }),
      Math.sqrt(0.6) / (Math.sqrt(0.6) + Math.sqrt(0.3) + 2 * Math.sqrt(0.05)),
      Math.sqrt(0.6) / (Math.sqrt(0.6) + Math.sqrt(0.3) + Math.sqrt(0.1)),
    ],
    ["a listed token at T = 1 is known", probabilityBounds({ logprobs: [ln(0.6), ln(0.3)] }, 1), 0.3, 0.3],
    [
      "two of three unlisted tokens have at least what the third cannot hold",
      massBounds({ logprobs: [ln(0.4)], cap: ln(0.25), vocabulary: 4 }, { unlisted: 2 }),
      0.35,
      0.5,
    ],
    ["top-p within the list", topPSizeBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 0.6), 2, 2],
    ["top-p beyond it", topPSizeBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 0.9), 3, 68],
    ["top-p of everything", topPSizeBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 1), 4, 100],
    ["min-p within the list", minPCountBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 0.5), 1, 1],
    ["min-p beyond it", minPCountBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 0.3), 2, 4],
    ["min-p of 0 keeps all", minPCountBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 0), 100, 100],
    [
      "mass of a top-k beyond the list",
      topKMassBounds({ logprobs: [ln(0.5), ln(0.2)], vocabulary: 100 }, 3),
      0.7 + 0.3 / 98,
      0.9,
    ],
  ])("%s", (_, { lo, hi }, low, high) => {
    expect(lo).toBeCloseTo(low, 9);
    if (high === Infinity) expect(hi).toBe(Infinity);
    else expect(hi).toBeCloseTo(high, 9);
  });

  it("gives a point value only when the interval is narrower than asked", () => {
    const near: Truncated = { logprobs: [ln(0.999)], vocabulary: 2 };
    const wide: Truncated = { logprobs: [ln(0.9)], vocabulary: 1000 };
    expect(entropyBounds(near).value).toBeCloseTo(0.0079, 4);
    expect(entropyBounds(wide, { within: 0.1 }).value).toBeUndefined();
    expect(entropyBounds(wide, { within: 1 }).value).toBeGreaterThan(0.3);
  });

  it.each<[string, Truncated, string]>([
    ["a positive value", { logprobs: [0.1] }, "a log-probability must be ≤ 0, got 0.1 at index 0"],
    ["NaN", { logprobs: [-1, NaN] }, "a log-probability must be ≤ 0, got NaN at index 1"],
    ["too much", { logprobs: [-0.1, -0.1] }, "the listed probabilities must sum to at most 1, got 1.80"],
    ["too few tokens", { logprobs: [-1, -1], vocabulary: 1 }, "the vocabulary must hold the 2 listed tokens, got 1"],
    [
      "all tokens, not all mass",
      { logprobs: [-1, -2], vocabulary: 2 },
      "2 listed tokens of 2 must have all the probability",
    ],
    [
      "no room for the rest",
      { logprobs: [ln(0.3)], vocabulary: 3 },
      "2 unlisted tokens of at most 0.300 each must be able to hold the unseen mass, got 0.700",
    ],
  ])("refuses %s by name", (_, distribution, message) => {
    expect(() => entropyBounds(distribution)).toThrow(message);
  });
});

describe("bounds of random distributions that were cut to their top k", () => {
  const cases = Array.from({ length: 60 }, (_, seed) => {
    const size = [3, 4, 7, 12, 60, 400][seed % 6]!;
    const k = Math.max(1, Math.round((size - 1) * [0.1, 0.5, 0.9][seed % 3]!));
    return { seed, size, k, scores: randomScores(seed, size) };
  });

  it.each(cases)("contain the truth: seed $seed, $k of $size", ({ size, k, scores }) => {
    const full = fullOf(scores);
    for (const vocabulary of [size, undefined, 10 * size]) {
      const list: Truncated = { logprobs: full.logprobs.subarray(0, k), ...(vocabulary ? { vocabulary } : {}) };
      for (const temperature of temperatures) expectAll(list, full, temperature, size);
    }
  });

  function expectAll(list: Truncated, full: Full, temperature: number, size: number): void {
    const at = { temperature };
    const where = `T ${temperature}, vocabulary ${list.vocabulary}`;
    const k = list.logprobs.length;
    expectWithin(entropyBounds(list, at), full.entropy(temperature), `entropy, ${where}`);
    expectWithin(perplexityBounds(list, at), Math.exp(full.entropy(temperature)), `perplexity, ${where}`);
    for (const index of new Set([0, k - 1]))
      expectWithin(probabilityBounds(list, index, at), full.probability(index, temperature), `p of ${index}, ${where}`);
    expectWithin(unlistedProbabilityBounds(list, at), full.probability(k, temperature), `p of the next, ${where}`);
    for (const p of [0.3, 0.9, 0.95, 0.999])
      expectWithin(topPSizeBounds(list, p, at), full.topPSize(p, temperature), `top-p ${p}, ${where}`);
    for (const m of [0.5, 0.05, 1e-4])
      expectWithin(minPCountBounds(list, m, at), full.minPCount(m, temperature), `min-p ${m}, ${where}`);
    for (const n of new Set([1, k, Math.min(size, 2 * k)]))
      expectWithin(topKMassBounds(list, n, at), full.topKMass(n, temperature), `top-k ${n}, ${where}`);
  }

  it.each(cases)("are attained by a completion: seed $seed, $k of $size", ({ size, k, scores }) => {
    const list: Truncated = { logprobs: fullOf(scores).logprobs.subarray(0, k), vocabulary: size };
    const ends = completions(list.logprobs, size - k);
    // Less unseen mass than this has lost digits in 1 − Σp: the interval is wider than the completions by what was lost.
    if (entropyBounds(list).unseen < 1e-6) return;
    const together = fullOf(ends.concentrated);
    const even = fullOf(ends.uniform);
    for (const temperature of temperatures) {
      const at = { temperature };
      const warm = temperature >= 1;
      const near = (a: number, b: number): void =>
        expect(Math.abs(a - b)).toBeLessThan(1e-8 * Math.max(1, Math.abs(b)));
      const p = probabilityBounds(list, 0, at);
      near(p.lo, Math.min(together.probability(0, temperature), even.probability(0, temperature)));
      near(p.hi, Math.max(together.probability(0, temperature), even.probability(0, temperature)));
      near(topKMassBounds(list, k, at).hi, (warm ? together : even).topKMass(k, temperature));
      if (!warm) continue;
      // At high temperatures a list of a few tokens has a lower end that lies within one token's share of the concentrated completion.
      if (temperature <= 3 || k > 20) near(entropyBounds(list, at).lo, together.entropy(temperature));
      near(entropyBounds(list, at).hi, even.entropy(temperature));
      const size90 = topPSizeBounds(list, 0.9, at);
      expect(size90.hi).toBe(even.topPSize(0.9 - 1e-11, temperature));
      if (temperature === 1) expect(size90.lo).toBe(together.topPSize(0.9 - 1e-11, 1));
    }
  });
});
