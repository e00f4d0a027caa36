import { MLCEngine } from "@mlc-ai/web-llm";
// From its own file: the package's index names others without their extension, which makes them `any` here.
import type { LogitProcessor } from "@mlc-ai/web-llm/lib/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NextTokenModel } from "../core/index.js";
import { builtInModel, onnx } from "../models/index.js";
import { generate, samplers, type Settings, settingsChain } from "../sample/index.js";
import { ChainLogitProcessor } from "./webLlm.js";

/** web-llm's samplers without a GPU: temperature 1 and top_p 1 over what the processor left; its draw is the most probable token. */
function drawnBy(scores: Float32Array): number {
  return scores.indexOf(Math.max(...scores));
}

describe("web-llm's processor contract, in Node: there is no GPU to run its models, so ONNX Runtime gives the scores", () => {
  let model: NextTokenModel;
  let ids: number[];

  beforeAll(async () => {
    model = await onnx(builtInModel.onnx);
    ids = await model.tokenize("It was a truth", { bos: true });
  });
  afterAll(() => model.close());

  /** What web-llm does with a processor for each token: scores in, scores out, draw, and the token back. */
  const written = async (processor: LogitProcessor, maxTokens: number): Promise<number[]> => {
    const tokens: number[] = [];
    while (tokens.length < maxTokens) {
      const scores = processor.processLogits((await model.next([...ids, ...tokens])) as Float32Array);
      const token = drawnBy(scores);
      processor.processSampledToken(token);
      if (model.eos.includes(token)) break;
      tokens.push(token);
    }
    return tokens;
  };
  const generated = async (settings: Settings, seed: number): Promise<number[]> => {
    const tokens: number[] = [];
    const chain = settingsChain(samplers, settings);
    for await (const { id } of generate(model, { prompt: ids, chain, seed, maxTokens: 12 })) tokens.push(id);
    return tokens;
  };

  it("is registered with a real engine under web-llm's own type", () => {
    const processor: LogitProcessor = new ChainLogitProcessor({ minP: 0.05 }, { seed: 7 });
    // @ts-expect-error: the type is known, and asks for more than this.
    const none: LogitProcessor = {};
    expect(Object.keys(processor).sort()).toEqual(["processLogits", "processSampledToken", "resetState"]);
    const engine = new MLCEngine({ logitProcessorRegistry: new Map([["model", processor]]) }) as unknown as {
      logitProcessorRegistry: Map<string, LogitProcessor>;
    };
    expect(engine.logitProcessorRegistry.get("model")).not.toBe(none);
    expect(engine.logitProcessorRegistry.get("model")).toBe(processor);
  });

  it.each<[string, Settings]>([
    ["temperature and min-p", { temperature: 0.9, minP: 0.02 }],
    ["penalties over what was written", { repetitionPenalty: 1.3, frequencyPenalty: 0.2, penaltyOver: "output" }],
    ["mirostat, which remembers", { mirostat: 2 }],
    ["xtc, which throws dice", { xtcProbability: 0.5, xtcThreshold: 0.05 }],
  ])("writes what generate writes where we draw: %s", async (_, settings) => {
    for (const seed of [0, 1]) {
      const processor = new ChainLogitProcessor(settings, { seed, drawing: true, eos: model.eos });
      expect(await written(processor, 12), `seed ${seed}`).toEqual(await generated(settings, seed));
    }
  });

  it("writes the same again after a reset, and goes on without one", async () => {
    const processor = new ChainLogitProcessor({ mirostat: 2 }, { seed: 3, drawing: true });
    const first = await written(processor, 8);
    const second = await written(processor, 8);
    processor.resetState();
    expect(await written(processor, 8)).toEqual(first);
    expect(second).not.toEqual(first);
  });

  it("goes on after tokens that web-llm replays without scores", async () => {
    const settings: Settings = { repetitionPenalty: 1.3, penaltyOver: "output" };
    const all = await generated(settings, 4);
    const processor = new ChainLogitProcessor(settings, { seed: 4, drawing: true });
    for (const token of all.slice(0, 6)) processor.processSampledToken(token);
    const scores = processor.processLogits((await model.next([...ids, ...all.slice(0, 6)])) as Float32Array);
    expect(drawnBy(scores)).toBe(all[6]);
  });

  it.each<[string, Settings, boolean, number[], number[]]>([
    ["leaves what a filter keeps as it is", { topK: 2 }, false, [1, 3, 2], [-1e30, 3, 2]],
    ["leaves one token where we draw", { topK: 1 }, true, [1, 3, 2], [-1e30, 0, -1e30]],
    ["takes what a grammar masked for removed", { topNSigma: 0.5 }, false, [-3.4e38, 1, 0], [-1e30, 1, -1e30]],
    ["changes nothing with an empty chain", {}, false, [1, -Infinity, 2], [1, -1e30, 2]],
  ])("%s", (_, settings, drawing, scores, expected) => {
    const given = Float32Array.from(scores);
    const processor = new ChainLogitProcessor(settings, { seed: 1, drawing });
    expect([...processor.processLogits(given)]).toEqual(expected.map(Math.fround));
    expect(given).toEqual(Float32Array.from(scores));
  });

  it("refuses NaN, and a chain without such a sampler", () => {
    const processor = new ChainLogitProcessor({ topK: 1 }, { seed: 1 });
    expect(() => processor.processLogits(Float32Array.of(1, NaN))).toThrow(/the score of token 1 must be finite/);
    expect(() => new ChainLogitProcessor({ topq: 1 }, { seed: 1 })).toThrow(/a setting must be one of .*, got topq/);
  });
});
