import { compareProfiles, profile } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params } from "../core/index.js";

const row = Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log);
const comparison = (settings: Params, ...engines: string[]): ReturnType<typeof compareProfiles> =>
  compareProfiles(row, settings, {}, engines.map(profile));

describe("compareProfiles", () => {
  // Of the two that top-k leaves the first holds 4/7 ≥ 0.5; of all it holds 0.4, and the second is needed.
  it("counts what each engine keeps of 0.4 0.3 0.2 0.1 with k = 2 and P = 0.5", () => {
    const { engines } = compareProfiles(row, { temperature: 1, topK: 2, topP: 0.5 });
    expect(Object.fromEntries(engines.map(({ engine, kept }) => [engine, kept]))).toEqual({
      "llama.cpp": 1,
      transformers: 1,
      vllm: 1,
      sglang: 2,
      "mlx-lm": 2,
      exllamav3: 1,
      ollama: 1,
      koboldcpp: 1,
      "text-generation-webui": 1,
      "transformers.js": 2,
      "web-llm": 2,
      openai: 2,
    });
  });

  it("measures how far two of them are apart", () => {
    const { engines, distances } = comparison({ topK: 2, topP: 0.5 }, "vllm", "sglang");
    expect(engines.map(({ first }) => first.id)).toEqual([0, 0]);
    expect(engines[1]!.first.p).toBeCloseTo(4 / 7, 12);
    expect(engines[0]!.entropy).toBeCloseTo(0, 12);
    expect(engines[1]!.entropy).toBeCloseTo(-(4 / 7) * Math.log(4 / 7) - (3 / 7) * Math.log(3 / 7), 12);
    expect(distances).toHaveLength(1);
    // ½(|1 − 4/7| + |0 − 3/7|) and 1·ln(1/(4/7)).
    expect(distances[0]!.totalVariation).toBeCloseTo(3 / 7, 12);
    expect(distances[0]!.kl).toBeCloseTo(Math.log(7 / 4), 12);
    expect(comparison({ topK: 2, topP: 0.5 }, "sglang", "vllm").distances[0]!.kl).toBe(Infinity);
  });

  it("gives the chain of each, which makes the same again", () => {
    const { engines } = comparison({ topK: 2 }, "transformers");
    expect(engines[0]!.chain).toEqual([{ sampler: "topK", params: { topK: 2, ties: "keep" } }]);
  });

  it.each<[string, Params, string, string]>([
    ["vllm", { topK: 2 }, "topK", "topK removes 2 tokens with 30.0 % of the probability"],
    ["vllm", { topK: 3 }, "topK", "topK removes 1 token with 10.0 % of the probability"],
    ["vllm", { temperature: 0.5 }, "temperature", "temperature changes the distribution (KL 0.0627 nats)"],
    ["vllm", { minP: 0.1 }, "minP", "no effect on this row"],
    ["vllm", { minP: 0 }, "minP", "off"],
    ["vllm", { topK: 2, ties: "exact" }, "ties", "vllm 0.33.0 takes keep instead"],
    ["vllm", { temperature: 1e-6 }, "temperature", "vllm 0.33.0 takes 0 instead"],
    ["vllm", { penaltyWindow: 5 }, "penaltyWindow", "ignored by vllm 0.33.0: penalties count the whole text"],
    ["transformers.js", { topP: 0.5 }, "topP", "ignored by transformers.js 4.3.1: read and never applied"],
    ["openai", { topA: 0.5 }, "topA", "not used: openai API reference, 2026 has no such sampler in this chain"],
    ["exllamav3", { temperatureLast: true }, "temperatureLast", "changes the order of the samplers"],
    ["vllm", { temperatureLast: true }, "temperatureLast", "not used: vllm 0.33.0 has no such sampler in this chain"],
  ])("says what becomes in %s of %j: %s", (engine, settings, setting, effect) => {
    const [first] = comparison(settings, engine).engines;
    expect(first!.effects.find((one) => one.setting === setting)).toEqual({ setting, effect });
  });

  it("takes a setting that no sampler has for a mistake", () => {
    expect(() => comparison({ topk: 2 }, "vllm")).toThrow(/a setting must be one of .*, got topk/);
  });
});
