import { afterEach, describe, expect, it } from "vitest";
import { useImplementation } from "../kernels/index.js";
import { type ChainStep, chainOf, diceOf, runChain } from "./chain.js";
import { isAllowed, maskOf } from "./mask.js";
import { samplers } from "./samplers.js";
import { type Settings, settingsChain } from "./settings.js";
import { createStepper } from "./stepper.js";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

const normal = (u: () => number): number => 2 * (u() + u() + u() + u() + u() + u() - 3);

const rows: Record<string, (u: () => number, id: number) => number> = {
  typical: (u, id) => (id % 151 === 0 ? 14 - 1.1 * Math.log(1 + id) : 2.3 * normal(u)),
  peaked: (u, id) => (id === 5 ? 30 : 2.3 * normal(u)),
  uniform: (u) => 2 * u() - 1,
  tied: (u) => Math.round(2 * normal(u)) / 4,
  "all equal": () => 3,
  masked: (u) => (u() < 0.7 ? -Infinity : 3 * normal(u)),
  "far below zero": (u) => -1000 + normal(u),
  wide: (u) => 500 * u(),
};

const settings: Settings[] = [
  ...[0.3, 1, 1.5, 4].flatMap((temperature) => [0.1, 0.5, 0.95, 0.9999].map((topP) => ({ temperature, topP }))),
  { topP: 0 },
  { topP: 0.8, ties: "keep" },
  { topP: 0.8, equal: "keep" },
  { topP: 0.8, crossing: "drop" },
  { topP: 0.8, minKeep: 5 },
  { temperature: 1e-25, topP: 0.9 },
  { temperature: 1e250, topP: 0.9 },
  { temperature: 0, topP: 0.9 },
  {},
  { topK: 40, temperature: 0.8, topP: 0.95, minP: 0.05, repetitionPenalty: 1.2, frequencyPenalty: 0.1 },
  { topK: 3, repetitionPenalty: 0.7 },
  { temperature: 1.5, minP: 0.05 },
  { minP: 0.02, temperature: 1.5 },
  { typicalP: 0.9 },
  { mirostat: 2, mirostatTau: 3, temperature: 1.3 },
  { mirostat: 2, mirostatTau: 0.01 },
  { topNSigma: 1, temperature: 0.7 },
  { xtcProbability: 1, xtcThreshold: 0.01 },
];

/** Above 2,047 tokens kernels look for thresholds. */
const sizes = { wasm: [10, 2000, 2048, 5003, 32_768], reference: [10, 2500] };

afterEach(() => useImplementation());

describe.each(["wasm", "reference"] as const)("the tokens that a stepper keeps with %s kernels", (kernels) => {
  it.each(Object.keys(rows))("are those that the chain leaves: %s", (shape) => {
    const u = random(7);
    for (const tokens of sizes[kernels]) {
      const scores = Float32Array.from({ length: tokens }, (_, id) => rows[shape]!(u, id));
      scores[Math.floor(u() * tokens)] = scores.reduce((a, b) => Math.max(a, b)) - 1;
      if (!scores.some((score) => score > -Infinity)) scores[0] = 1;
      const context = {
        history: Array.from({ length: 30 }, () => Math.floor(u() * tokens)),
        promptLength: 10,
        dice: diceOf({ seed: 1 }),
        state: { 0: { bound: 4 } },
      };
      for (const setting of settings) {
        useImplementation(kernels);
        const chain = settingsChain(samplers, setting);
        const stepper = createStepper(chain, tokens);
        // The whole way by sorting, which kernels have no part in.
        useImplementation("reference");
        const left = runChain(scores, chain, context);
        useImplementation(kernels);
        const wanted = maskOf(tokens, (id) => left[id]! > -Infinity);
        const kept = stepper.kept(scores, context);
        const said = `${JSON.stringify(setting)} of ${tokens}`;
        expect(Buffer.from(kept.mask.slice().buffer).equals(Buffer.from(wanted.buffer)), said).toBe(true);
        expect(kept.count, said).toBe(left.filter((score) => score > -Infinity).length);
      }
    }
  });
});

it.each(["typical", "uniform"])("top-p of 131,072 tokens is found as by sorting, of a %s row", (shape) => {
  const u = random(3);
  const scores = Float32Array.from({ length: 131_072 }, (_, id) => rows[shape]!(u, id));
  for (const topP of [0.2, 0.5, 0.8, 0.95, 0.99]) {
    const chain = settingsChain(samplers, { temperature: 1.5, topP });
    useImplementation("reference");
    const left = runChain(scores, chain);
    useImplementation();
    const { mask, count } = createStepper(chain, scores.length).kept(scores);
    expect(
      Buffer.from(mask.slice().buffer).equals(Buffer.from(maskOf(scores.length, (id) => left[id]! > -Infinity).buffer)),
    ).toBe(true);
    expect(count).toBe(left.filter((score) => score > -Infinity).length);
  }
});

const nucleus: ChainStep[] = [{ sampler: "topP", params: { topP: 0.75 } }];

it("a mask is that of the last call", () => {
  const stepper = createStepper(chainOf(samplers, nucleus), 3);
  const { mask } = stepper.kept(Float32Array.of(0.5, 0.25, 0.25).map(Math.log));
  expect([0, 1, 2].map((id) => isAllowed(mask, id))).toEqual([true, true, false]);
  stepper.kept(Float64Array.of(0.1, 0.1, 0.8).map(Math.log));
  expect([0, 1, 2].map((id) => isAllowed(mask, id))).toEqual([false, false, true]);
});

it("what is wrong with a row is said as by a chain", () => {
  const each: Settings[] = [
    {},
    { topP: 0.5 },
    { topK: 2 },
    { minP: 0.1 },
    { topNSigma: 1 },
    { mirostat: 2 },
    { typicalP: 0.5 },
  ];
  for (const setting of each) {
    const stepper = createStepper(settingsChain(samplers, setting), 3);
    expect(() => stepper.kept(Float32Array.of(1, NaN, 2))).toThrow("token 1 must be finite");
    expect(() => stepper.kept(new Float32Array(3).fill(-Infinity))).toThrow("at least one token");
    expect(() => stepper.kept(new Float32Array(4))).toThrow("a row must have 3 scores, got 4");
  }
});
