import { getLlama, type Llama, type LlamaContext, type LlamaContextSequence, type LlamaModel } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInModel, gguf, type LocalModel } from "../models/index.js";
import { generate, samplers, type Settings, settingsChain } from "../sample/index.js";
import { sampleWith } from "./nodeLlamaCpp.js";

describe("node-llama-cpp", () => {
  let llama: Llama;
  let model: LlamaModel;
  let context: LlamaContext;
  let sequence: LlamaContextSequence;
  let ours: LocalModel;
  let ids: number[];

  beforeAll(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
    model = await llama.loadModel({ modelPath: builtInModel.gguf });
    context = await model.createContext({
      contextSize: 65,
      threads: 1,
      flashAttention: false,
      experimentalKvCacheKeyType: "F32",
      experimentalKvCacheValueType: "F32",
    });
    sequence = context.getSequence();
    ours = await gguf(builtInModel.gguf, { contextSize: 64 });
    ids = await ours.tokenize("It was a truth", { bos: true });
  });
  afterAll(async () => {
    await ours.close();
    await llama.dispose();
  });

  const taken = async (
    steps: ReturnType<typeof generate>,
  ): Promise<{ ids: number[]; text: string; stopped: string }> => {
    const result = { ids: [] as number[], text: "", stopped: "" };
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return { ...result, stopped: value };
      result.ids.push(value.id);
      result.text += value.text;
    }
  };

  it.each<[string, Settings]>([
    ["the model's own distribution", {}],
    ["temperature and min-p", { temperature: 0.9, minP: 0.02 }],
    ["typical and a penalty", { typicalP: 0.9, repetitionPenalty: 1.2 }],
    ["mirostat, which remembers", { mirostat: 2 }],
  ])("writes what generate writes with a model of ours: %s", async (_, settings) => {
    const chain = settingsChain(samplers, settings);
    for (const seed of [0, 1]) {
      await sequence.clearHistory();
      const written = await taken(sampleWith(sequence, ids, settings, { seed, maxTokens: 16 }));
      expect(written).toEqual(await taken(generate(ours, { prompt: ids, chain, seed, maxTokens: 16 })));
      expect(written.ids.length).toBeGreaterThan(0);
    }
  });

  it("goes on from what the sequence holds, where the last token comes first", async () => {
    const chain = settingsChain(samplers, { repetitionPenalty: 1.3 });
    await sequence.clearHistory();
    const first = await taken(sampleWith(sequence, ids, chain, { seed: 2, maxTokens: 4 }));
    const second = await taken(sampleWith(sequence, first.ids.slice(-1), chain, { seed: 2, maxTokens: 4 }));
    const prompt = [...ids, ...first.ids];
    expect(second).toEqual(await taken(generate(ours, { prompt, chain, seed: 2, maxTokens: 4 })));
    expect(sequence.contextTokens).toEqual([...prompt, ...second.ids.slice(0, -1)]);
  });

  it("evaluates the last token again where nothing is added", async () => {
    await sequence.clearHistory();
    await sequence.evaluateWithoutGeneratingNewTokens(model.tokenize("It was a"));
    const held = [...sequence.contextTokens];
    const written = await taken(sampleWith(sequence, [], { topK: 1 }, { seed: 0, maxTokens: 3 }));
    const chain = settingsChain(samplers, { topK: 1 });
    expect(written).toEqual(await taken(generate(ours, { prompt: held, chain, seed: 0, maxTokens: 3 })));
  });

  it("stops at the end of the context, and shifts nothing", async () => {
    await sequence.clearHistory();
    const { ids: written, stopped } = await taken(sampleWith(sequence, ids, { topK: 1 }, { seed: 0, maxTokens: 100 }));
    expect(stopped).toBe("context");
    expect(sequence.contextTokens).toEqual([...ids, ...written].slice(0, -1));
  });

  it("refuses an unknown setting before it evaluates anything", async () => {
    await sequence.clearHistory();
    expect(() => sampleWith(sequence, ids, { topq: 1 }, { seed: 0 })).toThrow(/a setting must be one of .*, got topq/);
    expect(sequence.nextTokenIndex).toBe(0);
  });
});
