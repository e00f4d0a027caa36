import { chainOf, profile, profileChain, profiles, runChain, samplers, type Step } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params } from "../../core/index.js";

/** "topK 40" for a step: its switches that are not at their no-op value. */
const spelled = (chain: readonly Step[]): string[] =>
  chain.map(({ sampler, params }) =>
    [
      sampler.name,
      ...sampler.params
        .filter(({ name, noop }) => noop !== undefined && params[name] !== noop)
        .map(({ name }) => params[name]),
    ].join(" "),
  );

describe("what each engine does when nothing is set", () => {
  it.each<[string, string[]]>([
    ["llama.cpp", ["topK 40", "topP 0.95", "minP 0.05", "temperature 0.8"]],
    ["transformers", ["topK 50"]],
    ["vllm", []],
    ["sglang", []],
    ["mlx-lm", ["temperature 0"]],
    ["exllamav3", []],
    ["ollama", ["repetitionPenalty 1.1", "topK 40", "temperature 0.8", "topP 0.9"]],
    ["koboldcpp", ["topK 3000", "topK 100", "topP 0.9", "temperature 0.7"]],
    ["text-generation-webui", []],
    ["transformers.js", ["topK 50"]],
    ["web-llm", []],
    ["openai", []],
  ])("%s: %j", (engine, chain) => expect(spelled(profileChain(profile(engine)))).toEqual(chain));

  it("is told of every engine", () => expect(profiles).toHaveLength(12));
});

describe("the usual settings", () => {
  const usual = { temperature: 0.7, topK: 20, topP: 0.9, minP: 0.1, repetitionPenalty: 1.2, frequencyPenalty: 0.3 };
  const [r, f, t, k, p, m] = [
    "repetitionPenalty 1.2",
    "frequencyPresence 0.3",
    "temperature 0.7",
    "topK 20",
    "topP 0.9",
    "minP 0.1",
  ] as const;

  it.each<[string, string[]]>([
    ["llama.cpp", [r, f, k, p, m, t]],
    ["transformers", [r, t, k, p, m]],
    ["vllm", [r, f, t, m, k, p]],
    ["sglang", [f, r, t, k, p, m]],
    ["mlx-lm", [r, f, p, m, k, t]],
    ["exllamav3", [r, f, t, m, k, p]],
    ["ollama", [r, f, k, t, p, m]],
    ["koboldcpp", ["topK 3000", r, k, p, m, t]],
    ["text-generation-webui", [r, f, t, k, p, m]],
    ["transformers.js", [r, t, k]],
    ["web-llm", [f, r, t, p]],
    ["openai", [f, t, p]],
  ])("%s: %j", (engine, chain) => expect(spelled(profileChain(profile(engine), usual))).toEqual(chain));
});

describe("an engine's rules", () => {
  it.each<[string, Params, string, Params]>([
    ["transformers", { topK: 3 }, "topK", { ties: "keep" }],
    ["vllm", { topK: 3 }, "topK", { ties: "keep" }],
    ["llama.cpp", { topK: 3 }, "topK", { ties: "exact" }],
    ["llama.cpp", { typicalP: 0.5 }, "typical", { equal: "keep" }],
    ["llama.cpp", { xtcProbability: 0.5 }, "xtc", { roll: "<=" }],
    ["llama.cpp", { repetitionPenalty: 1.1 }, "repetitionPenalty", { penaltyWindow: 64, penaltyOver: "all" }],
    ["sglang", { topP: 0.5 }, "topP", { over: "all", equal: "keep" }],
    ["sglang", { repetitionPenalty: 1.1 }, "repetitionPenalty", { penaltyOver: "output", penaltyWindow: -1 }],
    ["mlx-lm", { topP: 0.5 }, "topP", { over: "all", ties: "keep" }],
    ["mlx-lm", { xtcProbability: 0.5 }, "xtc", { roll: "<", boundary: "drop", ties: "keep", xtcProtection: "spare" }],
    ["exllamav3", { topP: 0.5 }, "topP", { crossing: "drop" }],
    ["exllamav3", { xtcProbability: 0.5 }, "xtc", { roll: "expected" }],
    ["text-generation-webui", { topNSigma: 1 }, "topNSigma", { sigma: "zeros" }],
    ["text-generation-webui", { tfs: 0.9 }, "tailFree", { cut: "centre" }],
    ["text-generation-webui", { presencePenalty: 1, penaltyWindow: 0 }, "frequencyPresence", { penaltyWindow: -1 }],
    ["koboldcpp", { tfs: 0.9 }, "tailFree", { cut: "index" }],
    ["koboldcpp", { typicalP: 0.9 }, "typical", { equal: "keep" }],
    ["koboldcpp", { dryMultiplier: 1, dryWindow: 0 }, "dry", { dryWindow: -1 }],
    [
      "vllm",
      { presencePenalty: 1, penaltyWindow: 5 },
      "frequencyPresence",
      { penaltyOver: "output", penaltyWindow: -1 },
    ],
    ["vllm", { temperature: 1e-6 }, "temperature", { temperature: 0 }],
    ["sglang", { temperature: 1e-6 }, "temperature", { temperature: 1e-6 }],
    ["sglang", { temperature: 1e-7 }, "temperature", { temperature: 0 }],
    ["web-llm", { temperature: 1e-5, topP: 0 }, "minP", { minP: 1 }],
    ["web-llm", { temperature: 2e-5, topP: 0 }, "topP", { topP: 1e-5 }],
    ["koboldcpp", { temperature: 0 }, "temperature", { temperature: 0 }],
  ])("%s with %j: %s", (engine, settings, sampler, params) => {
    const step = profileChain(profile(engine), settings).findLast((one) => one.sampler.name === sampler);
    expect(step?.params).toMatchObject(params);
  });
});

describe("orders that depend on the settings", () => {
  it.each<[string, Params, string[]]>([
    [
      "llama.cpp",
      { mirostat: 2, topK: 5, logitBias: "1:2", repetitionPenalty: 2 },
      ["logitBias 1:2", "temperature 0.8", "mirostat 2"],
    ],
    ["web-llm", { temperature: 0, topP: 0.5, repetitionPenalty: 2 }, ["repetitionPenalty 2", "minP 1", "topP 0.5"]],
    ["web-llm", { temperature: 2e-5, topP: 0.5 }, ["temperature 0.00002", "topP 0.5"]],
    ["exllamav3", { temperature: 2, topP: 0.5, temperatureLast: true }, ["topP 0.5", "temperature 2"]],
    ["exllamav3", { temperature: 2, topP: 0.5, temperatureLast: false }, ["temperature 2", "topP 0.5"]],
    [
      "text-generation-webui",
      { temperature: 2, dynatempHigh: 2, smoothingFactor: 1, topP: 0.5, xtcProbability: 1, temperatureLast: true },
      ["topP 0.5", "xtc 1", "temperature 2", "dynamicTemperature 2", "quadraticSmoothing 1"],
    ],
  ])("%s with %j", (engine, settings, chain) =>
    expect(spelled(profileChain(profile(engine), settings))).toEqual(chain),
  );
});

describe.each(profiles.map((one) => [one.engine, one] as const))("%s", (engine, one) => {
  it("names samplers that there are, and defaults that are theirs", () => {
    for (const { sampler, rules } of one.order)
      expect(() => chainOf(samplers, [{ sampler, ...(rules && { params: rules }) }])).not.toThrow();
    const names = new Set(samplers.flatMap(({ params }) => params.map(({ name }) => name)));
    for (const name of Object.keys({ ...one.defaults, ...one.ignores })) expect(names, name).toContain(name);
    expect(profile(engine)).toBe(one);
    expect(one.version).not.toBe("");
  });

  it("runs by default, on a row of one token too", () => {
    for (const scores of [[1], [3, 2, 1, -Infinity], new Array<number>(100).fill(0.5)])
      expect(() => runChain(Float64Array.from(scores), profileChain(one), { dice: () => 0 })).not.toThrow();
  });

  it("refuses a setting that no sampler has, and a value out of range", () => {
    expect(() => profileChain(one, { topk: 3 })).toThrow(/a setting must be one of .*, got topk/);
    if (!one.ignores?.["topP"] && one.order.some(({ sampler }) => sampler === "topP"))
      expect(() => profileChain(one, { topP: 2 })).toThrow("topP must be a number in [0, 1], got 2");
  });

  it("makes the same chain again of its own steps", () => {
    const chain = profileChain(one, { temperature: 0.7, topK: 20, topP: 0.9 });
    const json = JSON.parse(JSON.stringify(chain.map(({ sampler, params }) => ({ sampler: sampler.name, params }))));
    expect(chainOf(samplers, json)).toEqual(chain);
  });
});

it("an engine that there is not is refused with all that there are", () => {
  expect(() => profile("llamacpp")).toThrow("an engine must be one of llama.cpp, transformers, vllm,");
});
