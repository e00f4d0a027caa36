import { acceptToken, type ChainStep, chainOf, diceOf, runChain, samplers, settingsChain } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params } from "../core/index.js";

const out = -Infinity;
const p = (...shares: number[]): Float64Array => Float64Array.from(shares, Math.log);
const row = p(0.4, 0.3, 0.2, 0.1);
const chain = (...steps: [string, Params][]): ReturnType<typeof chainOf> =>
  chainOf(
    samplers,
    steps.map(([sampler, params]) => ({ sampler, params })),
  );
const kept = (scores: Float64Array): number[] => [...scores.keys()].filter((id) => scores[id]! > out);

describe("the order of top-k, top-p and min-p decides what is kept", () => {
  const k: [string, Params] = ["topK", { topK: 3 }];
  const n: [string, Params] = ["topP", { topP: 0.7 }];
  const m: [string, Params] = ["minP", { minP: 0.6 }];
  // p over what the filter before left: top-k 3 makes 4/9, 3/9, 2/9; min-p 0.6 leaves 4/7, 3/7 (0.3 ≥ 0.24, 0.2 < 0.24).
  it.each<[string, [string, Params][], number[]]>([
    ["k p m: 4/9 + 3/9 ≥ 0.7", [k, n, m], [0, 1]],
    ["k m p: 4/7 < 0.7, with 3/7 it is 1", [k, m, n], [0, 1]],
    ["p k m: 0.4 + 0.3 = 0.7", [n, k, m], [0, 1]],
    ["p m k", [n, m, k], [0, 1]],
    ["m k p", [m, k, n], [0, 1]],
    ["m p k", [m, n, k], [0, 1]],
  ])("%s", (_, steps, ids) => expect(kept(runChain(row, chain(...steps)))).toEqual(ids));

  const two: [string, Params] = ["topK", { topK: 2 }];
  const half: [string, Params] = ["topP", { topP: 0.55 }];
  const third: [string, Params] = ["minP", { minP: 0.5 }];
  // Of 0.4 0.3 alone the first holds 4/7 = 0.571; of all, 0.4.
  it.each<[string, [string, Params][], number[]]>([
    ["k p m: 4/7 ≥ 0.55", [two, half, third], [0]],
    ["k m p: 4/7 ≥ 0.55", [two, third, half], [0]],
    ["p k m: 0.4 < 0.55", [half, two, third], [0, 1]],
    ["p m k: 0.4 < 0.55", [half, third, two], [0, 1]],
    // min-p leaves 0.4 0.3 0.2: 4/9 < 0.55.
    ["m k p: 4/7 ≥ 0.55", [third, two, half], [0]],
    ["m p k: 4/9 < 0.55", [third, half, two], [0, 1]],
  ])("%s", (_, steps, ids) => expect(kept(runChain(row, chain(...steps)))).toEqual(ids));

  // As in llama.cpp's queues: V = 10,000 scores in steps so fine that counts follow in closed form.
  const many = Float64Array.from({ length: 10_000 }, (_, id) => Math.log(id + 1));
  it.each<[string, [string, Params][], number]>([
    // Σ of the n largest of 1…V: n(2V + 1 − n)/2 ≥ P·V(V + 1)/2.
    ["top-p 0.8", [["topP", { topP: 0.8 }]], 5529],
    [
      "top-k 100, then top-p 0.8",
      [
        ["topK", { topK: 100 }],
        ["topP", { topP: 0.8 }],
      ],
      80,
    ],
    [
      "top-p 0.8, then top-k 100",
      [
        ["topP", { topP: 0.8 }],
        ["topK", { topK: 100 }],
      ],
      100,
    ],
    ["min-p just below 0.1", [["minP", { minP: 0.09995 }]], 9001],
    [
      "top-k 100, then min-p 0.9",
      [
        ["topK", { topK: 100 }],
        ["minP", { minP: 0.9 }],
      ],
      100,
    ],
    [
      "min-p 0.9, then top-p 0.5",
      [
        ["minP", { minP: 0.9 }],
        ["topP", { topP: 0.5 }],
      ],
      488,
    ],
  ])("of 10,000 tokens with p ∝ id + 1, %s", (_, steps, count) => {
    expect(kept(runChain(many, chain(...steps)))).toHaveLength(count);
  });
});

describe("temperature before and after a filter", () => {
  const hot: [string, Params] = ["temperature", { temperature: 2 }];
  const cut: [string, Params] = ["minP", { minP: 0.4 }];
  it.each<[string, [string, Params][], number[]]>([
    // √(0.1/0.4) = 0.5 ≥ 0.4.
    ["before: the cut sees the flat row", [hot, cut], [0, 1, 2, 3]],
    ["after: it does not", [cut, hot], [0, 1, 2]],
  ])("%s", (_, steps, ids) => expect(kept(runChain(row, chain(...steps)))).toEqual(ids));
});

describe("runChain", () => {
  it("changes nothing without samplers, in f64, and leaves its input alone", () => {
    const scores = Float32Array.of(1, 2, out);
    expect(runChain(scores, [])).toEqual(Float64Array.of(1, 2, out));
    runChain(scores, chain(["topK", { topK: 1 }]));
    expect(scores).toEqual(Float32Array.of(1, 2, out));
  });

  it.each([
    [Float64Array.of(1, NaN), "the score of token 1 must be finite or -Infinity, got NaN"],
    [Float64Array.of(Infinity, 1), "the score of token 0 must be finite or -Infinity, got Infinity"],
    [Float64Array.of(out, out), "at least one token must not be removed, got only -Infinity"],
    [new Float64Array(0), "at least one token must not be removed, got only -Infinity"],
  ])("refuses %j", (scores, message) => expect(() => runChain(scores, [])).toThrow(message));

  it("names the sampler that left no token", () => {
    const steps = chain(
      ["temperature", { temperature: 2 }],
      ["suppressTokens", { suppressTokens: "0,1,2,3" }],
      ["topK", { topK: 1 }],
    );
    expect(() => runChain(row, steps)).toThrow("Cannot sample: suppressTokens must leave a token, got none left of 4");
  });

  it("counts top-p over all where told, by the row before any filter", () => {
    const steps = (over: string): ReturnType<typeof chainOf> =>
      chain(["topK", { topK: 2 }], ["topP", { topP: 0.5, over }]);
    expect(kept(runChain(row, steps("kept")))).toEqual([0]);
    expect(kept(runChain(row, steps("all")))).toEqual([0, 1]);
  });

  it("shows every step the row before and after it, off or not", () => {
    const seen: string[] = [];
    runChain(row, chain(["temperature", {}], ["topK", { topK: 2 }]), {}, ({ sampler }, before, after, place) =>
      seen.push(`${place} ${sampler.name} ${kept(before).length} → ${kept(after).length}`),
    );
    expect(seen).toEqual(["0 temperature 4 → 4", "1 topK 4 → 2"]);
  });
});

describe("chainOf", () => {
  it("fills in what is not said", () => {
    expect(chainOf(samplers, [{ sampler: "topK", params: { topK: 3 } }])[0]!.params).toEqual({
      topK: 3,
      ties: "exact",
    });
    expect(chainOf(samplers, [{ sampler: "minP" }])[0]!.params["minP"]).toBe(0);
  });

  it.each<[unknown, string]>([
    [{ sampler: "topZ" }, "Cannot sample: a sampler must be one of guidance,"],
    [{ sampler: "topK", params: { topK: "3" } }, "Cannot run topK: topK must be an integer ≥ -1, got 3"],
    [null, 'a step must be {"sampler": NAME, "params": {…}}, got null'],
    ["topK", 'a step must be {"sampler": NAME, "params": {…}}, got "topK"'],
    [{ topK: 3 }, 'a step must be {"sampler": NAME, "params": {…}}, got {"topK":3}'],
    [
      { sampler: "topK", params: [3] },
      'a step must be {"sampler": NAME, "params": {…}}, got {"sampler":"topK","params":[3]}',
    ],
    [
      { sampler: "topK", params: null },
      'a step must be {"sampler": NAME, "params": {…}}, got {"sampler":"topK","params":null}',
    ],
  ])("refuses %j", (step, message) => expect(() => chainOf(samplers, [step as ChainStep])).toThrow(message));
});

describe("settingsChain", () => {
  const named = (settings: Params): string[] => settingsChain(samplers, settings).map(({ sampler }) => sampler.name);
  it.each<[string, Params, string[]]>([
    ["nothing", {}, []],
    [
      "temperature, top-k, top-p, min-p in this order, however they are written",
      { minP: 0.1, topP: 0.9, topK: 3, temperature: 2 },
      ["temperature", "topK", "topP", "minP"],
    ],
    [
      "penalties first, the rest after",
      { xtcProbability: 1, topK: 3, repetitionPenalty: 2 },
      ["repetitionPenalty", "topK", "xtc"],
    ],
    ["a sampler that is asked for and off", { temperature: 1 }, ["temperature"]],
    ["no sampler for a rule alone", { ties: "keep", minKeep: 3 }, []],
  ])("makes %s", (_, settings, names) => expect(named(settings)).toEqual(names));

  it("gives a parameter that several have to each of them in the chain", () => {
    const params = settingsChain(samplers, { topK: 3, topP: 0.5, ties: "keep" }).map((step) => step.params["ties"]);
    expect(params).toEqual(["keep", "keep"]);
  });

  it("refuses a name that no sampler has", () => {
    expect(() => settingsChain(samplers, { topk: 3 })).toThrow(/a setting must be one of guidanceScale, .*, got topk/);
  });
});

describe("diceOf and acceptToken", () => {
  it("throws the same dice for the same key and place, and others for others", () => {
    const at = { seed: 7, sequence: 2, step: 5 };
    const dice = diceOf(at);
    expect([dice(1), dice(0), dice(1)]).toEqual([diceOf(at)(1), diceOf(at)(0), dice(1)]);
    const all = [at, { ...at, seed: 8 }, { ...at, sequence: 3 }, { ...at, step: 6 }].flatMap((key) =>
      [0, 1, 2].map(diceOf(key)),
    );
    expect(new Set(all).size).toBe(12);
  });

  it("remembers by place in the chain, with what each sampler saw", () => {
    const steps = chain(
      ["topK", { topK: 2 }],
      ["mirostat", { mirostat: 2, mirostatTau: 1 }],
      ["adaptiveP", { adaptiveTarget: 0.5 }],
    );
    const state = {};
    acceptToken(1, row, steps, { state, seed: 1 });
    expect(Object.keys(state)).toEqual(["1", "2"]);
    // Of 0.4 and 0.3, all that topK left, both within 2 bits; adaptiveP saw 3/7 of them.
    expect(state).toMatchObject({ 2: { sum: expect.closeTo(0.5 * 10 * 0.9 + 3 / 7, 12) } });
    const saved = JSON.parse(JSON.stringify(state));
    expect(saved).toEqual(state);
    expect(runChain(row, steps, { state: saved })).toEqual(runChain(row, steps, { state }));
  });

  it("remembers nothing where nothing does", () => {
    const state = {};
    acceptToken(1, row, chain(["topK", { topK: 2 }], ["mirostat", { mirostat: 0 }]), { state, seed: 1 });
    expect(state).toEqual({});
  });
});
