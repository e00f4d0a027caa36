import { describe, expect, it } from "vitest";
import { acceptToken } from "./chain.js";
import { sample } from "./sample.js";
import { samplers } from "./samplers.js";
import { type Settings, settingsChain } from "./settings.js";
import { createStepper } from "./stepper.js";
import { profile } from "./profiles/index.js";
import { profileChain } from "./profiles/profile.js";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

const rows: Record<string, (u: () => number, id: number) => number> = {
  peaked: (u, id) => (id % 97 === 0 ? 20 * u() : 3 * u()),
  flat: (u) => 2 * u() - 1,
  ties: (u) => Math.floor(6 * u()),
  masked: (u) => (u() < 0.5 ? -Infinity : 8 * u()),
  negative: (u) => -100 - 15 * u(),
};

const settings: Settings[] = [
  {},
  { temperature: 0.7 },
  { temperature: 1.5 },
  { topK: 40 },
  { topK: 1 },
  { topK: 5000 },
  { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
  { temperature: 1.3, topK: 200, topP: 0.5 },
  { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, repetitionPenalty: 1.3, penaltyWindow: 64 },
  { topK: 20, frequencyPenalty: 0.4, presencePenalty: 1.2, repetitionPenalty: 1.2, penaltyOver: "output" },
  { topK: 3, frequencyPenalty: 0.1, penaltyWindow: 5 },
  { minP: 0.05 },
  { temperature: 1.5, minP: 0.3 },
  { minP: 0.001, temperature: 2 },
  { temperature: 1.5, topP: 0.95 },
  { topP: 0.3 },
  { topP: 0 },
  { topP: 0.9, ties: "keep" },
  { temperature: 1.2, typicalP: 0.95 },
  { typicalP: 0.2 },
  { typicalP: 0.5, ties: "keep" },
  { mirostat: 2, mirostatTau: 3 },
  { mirostat: 2, temperature: 0.8 },
  { topNSigma: 1 },
  { topNSigma: 0.5, temperature: 1.5 },
  { topNSigma: 1, sigma: "sample" },
  { xtcProbability: 1, xtcThreshold: 0.01 },
  { xtcProbability: 0.5, xtcThreshold: 0.002, temperature: 1.2 },
  { xtcProbability: 0.5, xtcThreshold: 0.01, roll: "<", boundary: "drop" },
];

describe.each(Object.keys(rows))("a stepper on %s rows", (shape) => {
  it.each(settings)("draws what sample draws: %j", (setting) => {
    const chain = settingsChain(samplers, setting);
    for (const tokens of [7, 130, 3000]) {
      const stepper = createStepper(chain, tokens);
      expect(stepper.fast).toBe(true);
      const u = random(tokens + 3);
      const state = {};
      for (let step = 0; step < 25; step++) {
        const logits = Float32Array.from({ length: tokens }, (_, id) => rows[shape]!(u, id));
        logits[Math.floor(u() * tokens)] = 2;
        const history = Array.from({ length: 30 }, () => Math.floor(u() * tokens));
        const context = { history, promptLength: 10, state };
        const untouched = logits.slice();
        const [before, earlier] = [structuredClone(state), structuredClone(state)];
        const token = stepper.next(logits, { seed: 3, step }, context);
        expect(token).toBe(sample(logits, { chain, seed: 3, step, context: { ...context, state: before } }).token);
        acceptToken(token, logits, chain, { ...context, state: before, seed: 3, step });
        expect(state).toEqual(before);
        expect(logits).toEqual(untouched);
        stepper.row.set(logits);
        expect(stepper.next(stepper.row, { seed: 3, step }, { ...context, state: earlier })).toBe(token);
        expect(stepper.row).toEqual(untouched);
      }
    }
  });
});

it.each(["llama.cpp", "vllm", "ollama"])("a stepper runs the default chain of %s with penalties", (engine) => {
  const chain = profileChain(profile(engine), { repetitionPenalty: 1.1, topK: 40, topP: 0.9 });
  const stepper = createStepper(chain, 1000);
  const u = random(5);
  for (let step = 0; step < 50; step++) {
    const logits = Float32Array.from({ length: 1000 }, (_, id) => rows["peaked"]!(u, id));
    const context = { history: [1, 2, 3, 97, 194], promptLength: 2 };
    expect(stepper.next(logits, { seed: 1, step }, context)).toBe(
      sample(logits, { chain, seed: 1, step, context }).token,
    );
  }
});

it.each([
  [NaN, /token 5 must be finite or -Infinity, got NaN/],
  [Infinity, /token 5 must be finite or -Infinity, got Infinity/],
])("a stepper refuses %d wherever the chain leads", (wrong, message) => {
  const logits = new Float32Array(200);
  logits[5] = wrong;
  for (const setting of settings) {
    const stepper = createStepper(settingsChain(samplers, setting), 200);
    expect(() => stepper.next(logits, { seed: 0 }, { history: [5], promptLength: 0 })).toThrow(message);
  }
});

it("a row whose only tokens have occurred is no empty one", () => {
  const logits = new Float32Array(100).fill(-Infinity);
  logits[7] = 1;
  const stepper = createStepper(settingsChain(samplers, { topK: 3, repetitionPenalty: 1.5 }), 100);
  expect(stepper.next(logits, { seed: 0 }, { history: [7] })).toBe(7);
});
