import { acceptToken, chainOf, runChain, sample, samplers, settingsChain, tracer, type TraceStep } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params } from "../core/index.js";
import { uniform } from "../core/rng.js";
import { entropyOf, probabilitiesOf } from "./row.js";

const out = -Infinity;
const p = (...shares: number[]): Float64Array => Float64Array.from(shares, Math.log);
const row = p(0.4, 0.3, 0.2, 0.1);
const chain = (...steps: [string, Params][]): ReturnType<typeof chainOf> =>
  chainOf(
    samplers,
    steps.map(([sampler, params]) => ({ sampler, params })),
  );

function traced(
  scores: Float64Array,
  steps: ReturnType<typeof chainOf>,
  context = {},
): ReturnType<typeof tracer>["trace"] {
  const { watch, trace } = tracer(scores);
  runChain(scores, steps, context, watch);
  return trace;
}

/** Scores of a row, its values and context: many chains of filters. */
const filters: Params[] = [
  { topK: 20, topP: 0.9, minP: 0.05 },
  { temperature: 0.7, topK: 30, typicalP: 0.9, topNSigma: 2 },
  { temperature: 1.5, topA: 0.2, topH: 0.8, tfs: 0.95, epsilonCutoff: 0.001 },
  { minP: 0.02, xtcProbability: 1, xtcThreshold: 0.05, etaCutoff: 0.01, mirostat: 2, mirostatTau: 3 },
];
const open = (seed: number): Float64Array =>
  Float64Array.from({ length: 100 }, (_, id) => 8 * uniform(seed, "simulation", id));

describe("a trace", () => {
  it("says of a filter what it removed, worked by hand", () => {
    const [step] = traced(row, chain(["topP", { topP: 0.65 }])).steps;
    expect(step).toMatchObject({ sampler: "topP", before: 4, after: 2, removedCount: 2 });
    expect(step!.massRemoved).toBeCloseTo(0.2 + 0.1, 12);
    expect(step!.entropyBefore).toBeCloseTo(-[0.4, 0.3, 0.2, 0.1].reduce((sum, q) => sum + q * Math.log(q), 0), 12);
    expect(step!.entropyAfter).toBeCloseTo(-(4 / 7) * Math.log(4 / 7) - (3 / 7) * Math.log(3 / 7), 12);
    // Σ q ln(q/p) of what is left, renormalised, is −ln of the mass left.
    expect(step!.kl).toBeCloseTo(-Math.log(0.7), 12);
    expect(step!.removed.map(({ id }) => id)).toEqual([2, 3]);
    expect(step!.removed[0]!.p).toBeCloseTo(0.2, 12);
    expect(step!.removed[0]!.value).toBeCloseTo(0.7, 12);
    expect(step!.removed[0]!.limit).toBe(0.65);
    expect(step!.noEffect).toBeUndefined();
  });

  it.each(filters.map((settings) => [JSON.stringify(settings), settings] as const))("adds up: %s", (_, settings) => {
    for (let seed = 0; seed < 10; seed++) {
      const scores = open(seed);
      const steps = settingsChain(samplers, settings);
      const { steps: trace } = traced(scores, steps, { dice: () => 0 });
      const final = runChain(scores, steps, { dice: () => 0 });
      trace.forEach((step, i) => {
        expect(step.kl).toBeGreaterThanOrEqual(0);
        expect(step.before - step.removedCount).toBe(step.after);
        expect(step.removed.length).toBe(Math.min(50, step.removedCount));
        const next = trace[i + 1];
        if (next) expect([next.before, next.entropyBefore]).toEqual([step.after, step.entropyAfter]);
        if (step.sampler !== "temperature") expect(step.kl).toBeCloseTo(-Math.log1p(-step.massRemoved), 9);
      });
      expect(trace.at(-1)!.entropyAfter).toBeCloseTo(entropyOf(probabilitiesOf(final)), 12);
      // What filters leave, multiplied, is the mass of the tokens kept under the distribution after temperature.
      const afterShape = runChain(
        scores,
        steps.filter(({ sampler }) => sampler.role === "shape"),
      );
      const share = probabilitiesOf(afterShape).reduce((sum, q, id) => sum + (final[id]! > out ? q : 0), 0);
      expect(trace.reduce((left, step) => left * (1 - step.massRemoved), 1)).toBeCloseTo(share, 12);
    }
  });

  it.each<[string, [string, Params], TraceStep["noEffect"]]>([
    ["a sampler that is off", ["topK", { topK: 0 }], true],
    ["a limit that meets nobody", ["minP", { minP: 0.1 }], true],
    ["a cut", ["minP", { minP: 0.5 }], undefined],
    ["a temperature", ["temperature", { temperature: 2 }], undefined],
    ["a penalty without a text", ["repetitionPenalty", { repetitionPenalty: 2 }], true],
  ])("says whether anything was changed: %s", (_, step, noEffect) => {
    expect(traced(row, chain(step)).steps[0]!.noEffect).toBe(noEffect);
  });

  it("measures the divergence of a temperature: Σ q ln(q/p)", () => {
    const [step] = traced(p(0.2, 0.8), chain(["temperature", { temperature: 0.5 }])).steps;
    const [q0, q1] = [0.04 / 0.68, 0.64 / 0.68];
    expect(step!.kl).toBeCloseTo(q0 * Math.log(q0 / 0.2) + q1 * Math.log(q1 / 0.8), 12);
  });

  it("stays finite where a probability is too small to be told from 0", () => {
    const [step] = traced(Float64Array.of(0, -800), chain(["temperature", { temperature: 100 }])).steps;
    const q1 = Math.exp(-8) / (1 + Math.exp(-8));
    expect(step!.kl).toBeCloseTo(Math.log1p(-q1) * (1 - q1) + q1 * (Math.log(q1) + 800), 9);
  });

  it("counts a token that a forced one brings back", () => {
    const trace = traced(Float64Array.of(1, out, 2), chain(["forcedBos", { forcedBos: 1 }]), { history: [0] });
    expect(trace.steps[0]).toMatchObject({ before: 2, after: 1, removedCount: 2, kl: Infinity });
    expect(trace.whyNot(1)).toBeUndefined();
  });
});

describe("whyNot", () => {
  const steps = chain(
    ["suppressTokens", { suppressTokens: "5" }],
    ["topK", { topK: 4 }],
    ["temperature", { temperature: 2 }],
    ["topP", { topP: 0.7 }],
    ["minP", { minP: 0.9 }],
  );
  const scores = p(0.3, 0.25, 0.2, 0.1, 0.05, 0.1, 0);
  const trace = traced(scores, steps);

  it.each<[number, string | undefined, string | undefined]>([
    [0, undefined, undefined],
    // √: 0.548, 0.5, 0.447, 0.316 of 1.811.
    [1, undefined, undefined],
    [2, "minP", "it is 0.816 times as probable as the first, and 0.9 is asked"],
    [3, "topP", "the tokens before it hold 0.8254 already, and 0.7 is enough"],
    [4, "topK", "it is number 5 and 4 are kept"],
    [5, "suppressTokens", "it is one of those that are suppressed at every step"],
    [6, "the scores", undefined],
  ])("of token %i answers %s", (id, sampler, text) => {
    const why = trace.whyNot(id);
    expect(why?.sampler).toBe(sampler);
    expect(why?.reason?.text).toBe(text);
  });

  it("says the probability that a token had until then", () => {
    expect(trace.whyNot(5)!.p).toBeCloseTo(0.1, 12);
    expect(trace.whyNot(4)!.p).toBeCloseTo(0.05 / 0.9, 12);
    expect(trace.whyNot(6)!.p).toBe(0);
  });

  it("knows of a removed token in a chain without samplers", () => {
    expect(traced(Float64Array.of(1, out), []).whyNot(1)).toEqual({ sampler: "the scores", p: 0 });
    expect(sample(Float64Array.of(1, out), { chain: [], seed: 0, trace: true }).trace!.whyNot(1)?.sampler).toBe(
      "the scores",
    );
  });

  it("answers for the last step that removed a token which came back", () => {
    const back = chain(
      ["suppressTokens", { suppressTokens: "1" }],
      ["forcedBos", { forcedBos: 1 }],
      ["suppressTokens", { suppressTokens: "0" }],
    );
    expect(traced(Float64Array.of(1, 2), back, { history: [0] }).whyNot(1)).toBeUndefined();
    expect(traced(Float64Array.of(1, 2), back, { history: [0] }).whyNot(0)!.sampler).toBe("forcedBos");
  });

  it("answers by what a sampler knew then, also when it has learned since", () => {
    const steps = chain(["mirostat", { mirostat: 2, mirostatTau: 0.7 }]);
    const state = {};
    const { trace } = sample(row, { chain: steps, context: { state }, seed: 1, trace: true });
    const then = trace!.whyNot(2);
    acceptToken(0, row, steps, { state, seed: 1 });
    expect(then?.reason?.limit).toBe(1.4);
    expect(trace!.whyNot(2)).toEqual(then);
  });

  it.each([-1, 7, 1.5, NaN])("refuses %f", (id) => {
    expect(() => trace.whyNot(id)).toThrow(`Cannot explain token ${id}: it must be in [0, 6], got ${id}`);
  });
});

describe("sample", () => {
  it("draws the same token traced and untraced, for a thousand seeds", () => {
    const steps = settingsChain(samplers, {
      repetitionPenalty: 1.2,
      temperature: 0.9,
      topK: 40,
      topP: 0.95,
      minP: 0.02,
      xtcProbability: 0.5,
      xtcThreshold: 0.05,
    });
    const context = { history: [1, 2, 3], state: {} };
    for (let seed = 0; seed < 1000; seed++) {
      const scores = open(seed % 7);
      const plain = sample(scores, { chain: steps, context, seed, top: 0 });
      const full = sample(scores, { chain: steps, context, seed, top: 30, trace: true });
      expect([full.token, full.logprob, full.kept]).toEqual([plain.token, plain.logprob, plain.kept]);
      expect(full.trace!.whyNot(full.token)).toBeUndefined();
    }
  });

  it("says what the token was drawn from", () => {
    const drawn = sample(row, { chain: chain(["topK", { topK: 2 }]), seed: 3 });
    expect(drawn.kept).toBe(2);
    expect(drawn.top.map(({ id }) => id)).toEqual([0, 1]);
    expect(drawn.top[0]!.p).toBeCloseTo(4 / 7, 12);
    expect(drawn.logprob).toBeCloseTo(Math.log(drawn.top[drawn.token]!.p), 12);
    expect(drawn.trace).toBeUndefined();
  });

  it.each([
    [undefined, 20],
    [0, 0],
    [3, 3],
    [500, 100],
  ])("lists with top %s the %i most probable", (top, count) => {
    const scores = open(1);
    const drawn = sample(scores, { chain: [], seed: 1, ...(top !== undefined && { top }) });
    expect(drawn.top.map(({ id }) => scores[id]!)).toEqual([...scores].sort((a, b) => b - a).slice(0, count));
  });

  it("of one token draws it, for certain", () => {
    expect(sample(Float64Array.of(-7), { chain: [], seed: 1 })).toEqual({
      token: 0,
      logprob: 0,
      seed: 1,
      kept: 1,
      top: [{ id: 0, p: 1 }],
    });
  });
});
