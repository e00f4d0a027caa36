import { describe, expect, it } from "vitest";
import type { Params } from "../core/index.js";
import { uniform } from "../core/rng.js";
import { acceptToken, chainOf, samplers, settingsChain } from "../sample/index.js";
import { sampleRow, sweepRow } from "./sample.js";

const row = Float64Array.from({ length: 60 }, (_, id) => 6 * uniform(3, "simulation", id));

describe("sampleRow", () => {
  it.each<[string, Params]>([
    ["nothing set", {}],
    ["the usual", { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 }],
    ["chance within the chain", { xtcProbability: 0.5, xtcThreshold: 0.03 }],
    ["rules", { topP: 0.5, ties: "keep", crossing: "drop", equal: "keep", minKeep: 4 }],
    ["a text", { repetitionPenalty: 1.3, frequencyPenalty: 0.4, dryMultiplier: 1, logitBias: "3:-Infinity,5:1.5" }],
    ["mirostat", { mirostat: 2, mirostatTau: 3 }],
    ["adaptiveP", { adaptiveTarget: 0.2 }],
  ])("can be made again from its own JSON: %s", (_, settings) => {
    const context = { history: [1, 2, 3, 1, 2], promptLength: 2, state: {} };
    for (let step = 0; step < 25; step++) {
      const options = {
        chain: settingsChain(samplers, settings),
        seed: 11,
        sequence: 4,
        step,
        context,
        trace: true,
        why: 5,
      };
      const saved = JSON.stringify(sampleRow(row, options));
      const state = JSON.parse(JSON.stringify(context.state));
      const { chain, seed, sequence, step: at } = JSON.parse(saved);
      const again = sampleRow(row, {
        chain: chainOf(samplers, chain),
        seed,
        sequence,
        step: at,
        context: { ...context, state },
        trace: true,
        why: 5,
      });
      expect(JSON.stringify(again)).toBe(saved);
      acceptToken(again.token, row, options.chain, { ...context, seed, sequence, step });
    }
  });

  it("names tokens and says why one was not kept", () => {
    const chain = settingsChain(samplers, { topK: 1 });
    const document = sampleRow(Float64Array.of(2, 1, -Infinity), { chain, seed: 0, why: 1, textOf: (id) => "abc"[id] });
    expect(document).toMatchObject({ token: 0, text: "a", top: [{ id: 0, text: "a", p: 1 }], sequence: 0, step: 0 });
    expect(document.why).toEqual({
      id: 1,
      kept: false,
      sampler: "topK",
      text: 'Token 1 ("b") fell at topK: it is number 2 and 1 are kept; it had 26.9 % until then.',
    });
    expect(document.trace).toBeUndefined();
  });

  it.each([
    [0, true, "Token 0 is kept: it can be drawn."],
    [2, false, "Token 2 was removed before the first sampler: its score is -Infinity."],
  ])("says of token %i what became of it", (why, kept, text) => {
    for (const settings of [{}, { topK: 1 }] as Params[])
      expect(
        sampleRow(Float64Array.of(2, 1, -Infinity), { chain: settingsChain(samplers, settings), seed: 0, why }).why,
      ).toEqual({ id: why, kept, text });
  });

  it.each([-1, 3, 0.5])("refuses to explain token %f", (why) => {
    expect(() => sampleRow(Float64Array.of(2, 1, 0), { chain: [], seed: 0, why })).toThrow(
      `Cannot explain token ${why}: it must be in [0, 2], got ${why}`,
    );
  });
});

describe("sweepRow", () => {
  const chainWith = (settings: Params): ReturnType<typeof chainOf> =>
    settingsChain(samplers, { xtcProbability: 0.5, xtcThreshold: 0.03, ...settings });

  it("gives a row a value, in their order, with the entropy of what is kept", () => {
    const sweep = sweepRow(
      Float64Array.of(0, 0, 0, 0),
      "topK",
      [4, 1, 2],
      (settings) => settingsChain(samplers, settings),
      { seed: 0, top: 2 },
    );
    expect(sweep.map(({ value, kept, top }) => [value, kept, top.length])).toEqual([
      [4, 4, 2],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    for (const { entropy, kept } of sweep) expect(entropy).toBeCloseTo(Math.log(kept), 12);
  });

  it("throws one dice for the entropy and for the tokens", () => {
    for (let seed = 0; seed < 20; seed++) {
      const [{ entropy, top }] = sweepRow(row, "temperature", [0.5], chainWith, { seed, top: 60 }) as [
        ReturnType<typeof sweepRow>[0],
      ];
      expect(entropy).toBeCloseTo(-top.reduce((sum, { p }) => sum + p * Math.log(p), 0), 9);
    }
  });
});
