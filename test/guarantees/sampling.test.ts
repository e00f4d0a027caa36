// What sampling promises, each with the number of draws that could show it false. All seeded.
import {
  acceptToken,
  createStepper,
  diceOf,
  drawToken,
  runChain,
  sample,
  samplers,
  type Settings,
  settingsChain,
  tokenAt,
  xtc,
} from "logits/sample";
import { describe, expect, it } from "vitest";
import { weighGap } from "../../src/kernels/drawReference.js";
import { uniform } from "../../src/core/rng.js";

const out = -Infinity;

/** Cumulative weights of a row, as the draw adds them up: a million draws need not add them up again. */
function cumulative(row: Float64Array): Float64Array {
  const peak = row.reduce((most, score) => Math.max(most, score), out);
  const weights = row.map((score) => score - peak);
  for (let id = 0; id < row.length; id++) weighGap(weights, id);
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

function tokenBySearch(sums: Float64Array, u: number): number {
  const target = u * sums.at(-1)!;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** χ² of counts against probabilities as a normal deviate (Wilson & Hilferty 1931); cells of fewer than five expected draws count as one. */
function chiSquareDeviate(counts: ArrayLike<number>, p: ArrayLike<number>, draws: number): number {
  let [statistic, cells, rareSeen, rareExpected] = [0, 0, 0, 0];
  const add = (seen: number, expected: number): void => {
    statistic += (seen - expected) ** 2 / expected;
    cells++;
  };
  for (let id = 0; id < p.length; id++) {
    const expected = draws * p[id]!;
    if (expected >= 5) add(counts[id]!, expected);
    else [rareSeen, rareExpected] = [rareSeen + counts[id]!, rareExpected + expected];
  }
  if (rareExpected >= 5) add(rareSeen, rareExpected);
  const spread = 2 / (9 * (cells - 1));
  return (Math.cbrt(statistic / (cells - 1)) - (1 - spread)) / Math.sqrt(spread);
}

const scores = (tokens: number, score: (id: number) => number): Float64Array =>
  Float64Array.from({ length: tokens }, (_, id) => score(id));
// Normal enough: sums of four uniform numbers.
const bell = (id: number): number => [0, 1, 2, 3].reduce((sum, k) => sum + 6 * uniform(5, "simulation", id, k), -12);

const rows: [string, Float64Array][] = [
  ["a peaked row of 50 tokens", scores(50, (id) => -0.8 * ((id * 7) % 50))],
  ["a typical row of 5,000 tokens", scores(5000, bell)],
  [
    "a typical row of 5,000 tokens after temperature, top-k and top-p",
    runChain(scores(5000, bell), settingsChain(samplers, { temperature: 1.3, topK: 400, topP: 0.9 })),
  ],
  ["a typical row of 1,000 tokens after min-p", runChain(scores(1000, bell), settingsChain(samplers, { minP: 0.02 }))],
  ["a uniform row of 5,000 tokens", scores(5000, () => -3.25)],
];

describe.each(rows)("%s", (_, row) => {
  const sums = cumulative(row);
  const p = sums.map((sum, id) => (sum - (sums[id - 1] ?? 0)) / sums.at(-1)!);

  it("is drawn from by its cumulative sums", () => {
    for (let step = 0; step < 2000; step++)
      expect(drawToken(row, { seed: 3, step })).toBe(tokenBySearch(sums, uniform(3, "sample", step, 0)));
  });

  // A deviate beyond 4 has a chance of 6e-5.
  it.each<[string, (i: number) => number]>([
    ["steps of one text", (i) => uniform(1, "sample", i, 0)],
    ["texts of one seed", (i) => uniform(1, "sample", 0, i)],
    ["seeds", (i) => uniform(i, "sample", 0, 0)],
  ])("gives each token as often as its probability says, over a million %s", (__, at) => {
    const draws = 1e6;
    const counts = new Float64Array(row.length);
    for (let i = 0; i < draws; i++) counts[tokenBySearch(sums, at(i))]!++;
    expect(Math.abs(chiSquareDeviate(counts, p, draws))).toBeLessThan(4);
    row.forEach((score, id) => expect(score === out ? counts[id] : 0).toBe(0));
  });
});

describe("a stepper", () => {
  const row = Float32Array.from({ length: 300 }, (_, id) => 6 * Math.sin(id) + 0.01 * id);
  // Top-p and typical are drawn by rejection: that what is accepted has the right frequencies shows nowhere else.
  it.each<Settings>([
    { temperature: 0.8 },
    { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
    { temperature: 1.5, topP: 0.95 },
    { topP: 0.5 },
    { typicalP: 0.9 },
    { typicalP: 0.3 },
    { minP: 0.2 },
    { topNSigma: 0.7 },
  ])("draws each token as often as its probability says, over a million: %j", (settings) => {
    const chain = settingsChain(samplers, settings);
    const left = runChain(row, chain);
    const peak = left.reduce((most, score) => Math.max(most, score), out);
    const weights = left.map((score) => Math.exp(score - peak));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const stepper = createStepper(chain, row.length);
    expect(stepper.fast).toBe(true);
    stepper.row.set(row);
    const draws = 1e6;
    const counts = new Float64Array(row.length);
    const key = { seed: 5, step: 0 };
    for (; key.step < draws; key.step++) counts[stepper.next(stepper.row, key)]!++;
    const p = weights.map((weight) => weight / total);
    expect(Math.abs(chiSquareDeviate(counts, p, draws))).toBeLessThan(4);
    left.forEach((score, id) => expect(score === out ? counts[id] : 0).toBe(0));
  });
});

it("the χ² test would notice draws of 12 bits", () => {
  const sums = cumulative(rows[4]![1]);
  const counts = new Float64Array(sums.length);
  for (let i = 0; i < 1e6; i++)
    counts[tokenBySearch(sums, Math.floor(uniform(1, "sample", i, 0) * 2 ** 12) / 2 ** 12)]!++;
  expect(chiSquareDeviate(counts, new Float64Array(5000).fill(1 / 5000), 1e6)).toBeGreaterThan(20);
});

describe("a token of probability 2⁻⁴⁰ is drawn for the numbers that belong to it, and for no other", () => {
  const rare = -40 * Math.LN2;
  const grid = 2n ** 53n;
  const at = (k: bigint): number => Number(k) / 2 ** 53;

  /** The first of the 2⁵³ numbers from which on a token beyond `id` is drawn. */
  function endOf(row: Float64Array, id: number): bigint {
    let [low, high] = [0n, grid];
    while (low < high) {
      const middle = (low + high) / 2n;
      if (tokenAt(row, at(middle)) > id) high = middle;
      else low = middle + 1n;
    }
    return low;
  }

  it.each([
    ["first", [rare, 0], 0],
    ["last", [0, rare], 1],
    ["in the middle", [0, rare, 0], 1],
    ["before removed tokens", [0, rare, out, out], 1],
    ["after a thousand others", [...new Array<number>(1000).fill(0), rare], 1000],
  ] as [string, number[], number][])("where it is %s", (_, values, id) => {
    const row = Float64Array.from(values);
    const total = row.reduce((sum, score) => sum + Math.exp(score), 0);
    const numbers = Number(endOf(row, id) - (id === 0 ? 0n : endOf(row, id - 1)));
    // Sums of f64 are off by an ulp of the sum: one number of the grid at either end for each doubling of the total.
    expect(Math.abs(numbers - 2 ** 13 / total)).toBeLessThanOrEqual(2);
    expect(numbers).toBeGreaterThanOrEqual(1);
  });

  it("down to 2⁻⁵²: two numbers of all, or three where a sum is rounded", () => {
    const row = Float64Array.of(-52 * Math.LN2, 0);
    expect([0, 1, 3].map((k) => tokenAt(row, k * 2 ** -53))).toEqual([0, 0, 1]);
  });
});

describe("the uniform number of a draw", () => {
  const draws = 200_000;
  const integers = Array.from({ length: draws }, (_, i) => BigInt(uniform(2, "sample", i, 0) * 2 ** 53));

  it("uses each of its 53 bits half of the time", () => {
    const ones = new Array<number>(53).fill(0);
    for (const integer of integers)
      for (let bit = 0; bit < 53; bit++) ones[bit]! += Number((integer >> BigInt(bit)) & 1n);
    // 4.5 standard deviations of ½√n: 53 bits together have a chance of 4e-4 to be out.
    for (const [bit, count] of ones.entries())
      expect(Math.abs(count - draws / 2) / Math.sqrt(draws / 4), `bit ${bit}`).toBeLessThan(4.5);
  });

  it("takes all values of its lowest 8 bits alike", () => {
    const counts = new Float64Array(256);
    for (const integer of integers) counts[Number(integer & 255n)]!++;
    expect(Math.abs(chiSquareDeviate(counts, new Float64Array(256).fill(1 / 256), draws))).toBeLessThan(4);
  });

  it("reaches a tail of 2⁻¹⁶ as often as it should", () => {
    const n = 3e6;
    let seen = 0;
    for (let i = 0; i < n; i++) if (uniform(8, "sample", i, 0) >= 1 - 2 ** -16) seen++;
    const expected = n / 2 ** 16;
    expect(Math.abs(seen - expected) / Math.sqrt(expected)).toBeLessThan(4);
  });
});

describe("a draw depends on its key alone", () => {
  const row = scores(300, bell);
  const keys = Array.from({ length: 600 }, (_, i) => ({ seed: i % 5, sequence: i % 7, step: Math.floor(i / 3) }));
  const steps = settingsChain(samplers, { temperature: 1.2, xtcProbability: 0.5, xtcThreshold: 0.01, topP: 0.95 });
  const tokens = keys.map((key) => sample(row, { ...key, chain: steps, top: 0 }).token);

  it.each<[string, number[]]>([
    ["backwards", keys.map((_, i) => keys.length - 1 - i)],
    ["in strides", keys.map((_, i) => (i * 241) % keys.length)],
    ["each twice", keys.flatMap((_, i) => [i, i])],
  ])("%s", (_, order) => {
    for (const i of order) {
      drawToken(row, { seed: 99, step: i });
      expect(sample(row, { ...keys[i]!, chain: steps, top: 3, trace: i % 50 === 0 }).token).toBe(tokens[i]);
    }
  });
});

describe("dice within a chain", () => {
  const row = Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log);
  const n = 40_000;

  it.each([0.05, 0.5, 0.9])("xtc acts with the chance %f, whichever of its rules compares", (xtcProbability) => {
    for (const roll of ["<=", "<"]) {
      let acted = 0;
      for (let step = 0; step < n; step++) {
        const after = xtc.apply(row, { xtcProbability, xtcThreshold: 0.15, roll }, { dice: diceOf({ seed: 4, step }) });
        if (after[0] === out) acted++;
      }
      expect(
        Math.abs(acted - n * xtcProbability) / Math.sqrt(n * xtcProbability * (1 - xtcProbability)),
        roll,
      ).toBeLessThan(4);
    }
  });

  it("are independent of the draw, and of other places", () => {
    const counts = new Float64Array(8);
    for (let step = 0; step < n; step++) {
      const [one, two] = [0, 1].map(diceOf({ seed: 6, step }));
      counts[4 * Number(one! < 0.5) + 2 * Number(two! < 0.5) + Number(uniform(6, "sample", step, 0) < 0.5)]!++;
    }
    expect(Math.abs(chiSquareDeviate(counts, new Float64Array(8).fill(1 / 8), n))).toBeLessThan(4);
  });

  it("lead on average to what roll expected gives", () => {
    const base = { xtcProbability: 0.3, xtcThreshold: 0.15 };
    const counts = new Float64Array(4);
    for (let step = 0; step < n; step++)
      counts[sample(row, { chain: settingsChain(samplers, base), seed: 5, step, top: 0 }).token]!++;
    const expected = xtc.apply(row, { ...base, roll: "expected" }).map(Math.exp);
    expect(Math.abs(chiSquareDeviate(counts, expected, n))).toBeLessThan(4);
  });
});

describe("samplers that remember steer what they say they steer", () => {
  /** A thousand draws, each from another row of 500 tokens; the mean of the second half, in which the start is forgotten. */
  function surpriseOf(settings: Record<string, number>): number {
    const chain = settingsChain(samplers, settings);
    const state = {};
    const [steps, tokens] = [1000, 500];
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const row = scores(tokens, (id) => 5 * uniform(step, "simulation", id) + 4 * uniform(step, "simulation", id, 1));
      const { token, logprob } = sample(row, { chain, context: { state }, seed: 2, step, top: 0 });
      acceptToken(token, row, chain, { state, seed: 2, step });
      if (step >= steps / 2) sum -= logprob / Math.LN2;
    }
    return sum / (steps / 2);
  }

  it.each([1.5, 2, 3, 4])("mirostat 2 draws tokens whose surprise is %f bits on average", (mirostatTau) => {
    expect(Math.abs(surpriseOf({ mirostat: 2, mirostatTau }) - mirostatTau)).toBeLessThan(0.1);
  });

  it.each([3, 4])("mirostat 1 does so too: %f bits", (mirostatTau) => {
    expect(Math.abs(surpriseOf({ mirostat: 1, mirostatTau }) - mirostatTau)).toBeLessThan(0.1);
  });

  it.each([0.1, 0.2, 0.3, 0.4, 0.5])(
    "adaptiveP draws tokens whose probability is near %f on average",
    (adaptiveTarget) => {
      const chain = settingsChain(samplers, { minP: 0.01, adaptiveTarget });
      const state = {};
      let sum = 0;
      for (let step = 0; step < 3000; step++) {
        const kind = (step * 7) % 5;
        const row = scores(40, (id) => -(0.3 + 0.2 * kind) * ((id * 7 + kind) % 40));
        const kept = runChain(row, settingsChain(samplers, { minP: 0.01 }));
        const { token } = sample(row, { chain, context: { state }, seed: 2, step, top: 0 });
        acceptToken(token, row, chain, { state, seed: 2, step });
        sum += Math.exp(kept[token]!) / kept.reduce((mass, score) => mass + Math.exp(score), 0);
      }
      expect(Math.abs(sum / 3000 - adaptiveTarget)).toBeLessThan(0.06);
    },
  );
});
