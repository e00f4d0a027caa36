import { lintSettings, profile } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params } from "../core/index.js";

const row = Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log);
const remarks = (engine: string, settings: Params, logits?: Float64Array): string[] =>
  lintSettings(settings, profile(engine), logits).map(({ message }) => message);

describe("lintSettings", () => {
  it.each<[string, Params, string]>([
    ["transformers.js", { topP: 0.9 }, "topP: ignored by transformers.js 4.3.1: read and never applied"],
    ["web-llm", { topK: 40 }, "topK: ignored by web-llm 0.2.86 (mlc-llm 79d603f0): there is none"],
    ["vllm", { mirostat: 2 }, "mirostat: not used: vllm 0.33.0 has no such sampler in this chain"],
    [
      "llama.cpp",
      { mirostat: 2, topK: 40 },
      "topK: not used: llama.cpp 3f545becc (2026-08) has no such sampler in this chain",
    ],
    ["vllm", { topK: 3, ties: "exact" }, "ties: vllm 0.33.0 takes keep instead"],
    ["transformers", { topP: 0.9 }, "topK is 50 in transformers unless you set it"],
    ["llama.cpp", { topP: 0.9 }, "minP is 0.05 in llama.cpp unless you set it"],
    ["llama.cpp", { topP: 0.9 }, "temperature is 0.8 in llama.cpp unless you set it"],
    ["ollama", {}, "repetitionPenalty is 1.1 in ollama unless you set it"],
    ["llama.cpp", { temperature: 2 }, "temperature comes after the filters: what they cut does not depend on it"],
    [
      "koboldcpp",
      { repetitionPenalty: 1.1 },
      "repetitionPenalty comes after topK: it cannot bring in a token that was cut before",
    ],
    [
      "text-generation-webui",
      { topK: 3, noRepeatNgramSize: 2 },
      "noRepeatNgram comes after topK: it cannot bring in a token that was cut before",
    ],
    ["vllm", { temperature: 0, topP: 0.9 }, "topP decides nothing at temperature 0: one token is left"],
    [
      "llama.cpp",
      { xtcProbability: 0.5, xtcThreshold: 0.6 },
      "no two tokens can have more than 0.5: xtc never removes anything",
    ],
    ["text-generation-webui", { mirostat: 2, topP: 0.9 }, "topP and mirostat both cut; mirostat is meant alone"],
    ["vllm", { topK: 1 }, "one token is left: the draw is greedy"],
    ["koboldcpp", {}, "All but the 3,000 most probable tokens are removed before anything else."],
    ["openai", {}, "Reasoning models refuse temperature, top_p and logit_bias."],
  ])("remarks of %s with %j: %s", (engine, settings, message) => expect(remarks(engine, settings)).toContain(message));

  it.each<[string, Params]>([
    ["sglang", { temperature: 0.7, topP: 0.9 }],
    ["web-llm", { temperature: 0.7, topP: 0.9 }],
    ["exllamav3", { temperature: 1.1, temperatureLast: false }],
  ])("has nothing to say of %s with %j but its notes", (engine, settings) => {
    expect(remarks(engine, settings)).toEqual(profile(engine).notes ?? []);
  });

  it("says nothing twice", () => {
    for (const engine of ["koboldcpp", "llama.cpp", "text-generation-webui"]) {
      const all = remarks(engine, { temperature: 0.5, xtcProbability: 0.5 }, row);
      expect(
        all.filter((message, i) => all.indexOf(message) !== i),
        engine,
      ).toEqual([]);
    }
  });

  it("does not take the order for a setting that is not used where it is", () => {
    expect(remarks("exllamav3", { temperature: 2, topP: 0.5, temperatureLast: true })).not.toContainEqual(
      expect.stringContaining("temperatureLast"),
    );
    expect(remarks("vllm", { temperatureLast: true })).toContainEqual(
      expect.stringContaining("temperatureLast: not used"),
    );
  });

  it("with a row also says what never binds on it", () => {
    expect(remarks("vllm", { minP: 0.1, topK: 3 })).not.toContain("minP never binds on this row");
    expect(remarks("vllm", { minP: 0.1, topK: 3 }, row)).toContain("minP never binds on this row");
    expect(remarks("vllm", { minP: 0.1, topK: 3 }, row)).not.toContain("topK never binds on this row");
  });
});
