import { fileURLToPath } from "node:url";
import {
  AutoModelForCausalLM,
  env,
  LogitsProcessorList,
  type PreTrainedModel,
  random,
  Tensor,
} from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NextTokenModel } from "../core/index.js";
import { builtInModel, onnx } from "../models/index.js";
import { generate, samplers, type Settings, settingsChain, topP } from "../sample/index.js";
import { generationOptions, logitsProcessors, recordScores } from "./transformersJs.js";

const vocabulary = 50_257;
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, score, id) => Math.max(most, Math.abs(score - b[id]!)), 0);
const prompt = "It was a truth";

describe("transformers.js", () => {
  let theirs: PreTrainedModel;
  let ours: NextTokenModel;
  let ids: number[];

  beforeAll(async () => {
    env.allowRemoteModels = false;
    env.localModelPath = fileURLToPath(new URL("../../data/", import.meta.url));
    theirs = await AutoModelForCausalLM.from_pretrained("model", { dtype: "fp32", device: "cpu" });
    ours = await onnx(builtInModel.onnx);
    ids = await ours.tokenize(prompt, { bos: true });
  });
  afterAll(async () => {
    await theirs.dispose();
    await ours.close();
  });

  const inputsOf = (texts: number[][]): { input_ids: Tensor; attention_mask: Tensor } => {
    const dims = [texts.length, texts[0]!.length];
    const tensor = (values: bigint[]): Tensor => new Tensor("int64", BigInt64Array.from(values), dims);
    return { input_ids: tensor(texts.flat().map(BigInt)), attention_mask: tensor(texts.flat().map(() => 1n)) };
  };
  /** What transformers.js writes after these texts. */
  const written = async (texts: number[][], options: object): Promise<number[][]> => {
    const output = (await theirs.generate({ ...inputsOf(texts), ...options })) as Tensor;
    return (output.tolist() as bigint[][]).map((text) => text.slice(texts[0]!.length).map(Number));
  };
  /** What `generate` writes with our own runtime. */
  const generated = async (settings: Settings, seed: number, sequence = 0): Promise<number[]> => {
    const tokens: number[] = [];
    const chain = settingsChain(samplers, settings);
    for await (const { id } of generate(ours, { prompt: ids, chain, seed, sequence, maxTokens: 32 })) tokens.push(id);
    return tokens;
  };

  it("takes our list by its own type and calls it as its own", () => {
    const list: LogitsProcessorList = logitsProcessors({ topK: 1 }, { seed: 1 });
    const scores = new Tensor("float32", Float32Array.of(1, 3, 2), [1, 3]);
    const options: Parameters<PreTrainedModel["generate"]>[0] = generationOptions({ topK: 1 }, { seed: 1 });
    expect(options.do_sample).toBe(true);
    const all = new LogitsProcessorList();
    all.extend([...list]);
    expect((all([[0n]], scores) as Tensor).data).toEqual(Float32Array.of(-Infinity, 3, -Infinity));
  });

  it.each(["top_p", "typical_p", "min_p"])(
    "does nothing with %s by itself: the same seed writes the same text",
    async (name) => {
      for (const seed of [1, 2]) {
        const texts = [];
        for (const value of [0.999, 0.1]) {
          random.seed(seed);
          texts.push(await written([ids], { do_sample: true, top_k: 0, [name]: value, max_new_tokens: 8 }));
        }
        expect(texts[0]).toEqual(texts[1]);
      }
    },
  );

  it("keeps to the nucleus with our processor, its own draw included, and leaves it without", async () => {
    const outside = async (options: object): Promise<number> => {
      const record = recordScores();
      let count = 0;
      for (const seed of [1, 2, 3]) {
        random.seed(seed);
        const [text] = await written([ids], {
          do_sample: true,
          top_k: 0,
          max_new_tokens: 8,
          ...options,
          logits_processor: [record, ...("logits_processor" in options ? (options.logits_processor as []) : [])],
        });
        const steps = record.steps.splice(0);
        count += text!.filter((id, step) => topP.apply(steps[step]![0]!, { topP: 0.5 })[id] === -Infinity).length;
      }
      return count;
    };
    expect(await outside({ top_p: 0.5 })).toBeGreaterThan(4);
    expect(await outside(generationOptions({ topP: 0.5 }, { seed: 1 }))).toBe(0);
  });

  const settings: [string, Settings][] = [
    ["temperature and min-p", { temperature: 0.9, minP: 0.02 }],
    ["typical, a penalty and a window", { typicalP: 0.9, repetitionPenalty: 1.2, penaltyWindow: 16 }],
    ["mirostat, which remembers", { mirostat: 2 }],
    ["xtc, which throws dice", { xtcProbability: 0.5, xtcThreshold: 0.05 }],
  ];
  it.each(settings)("writes what generate writes where we draw: %s", async (_, given) => {
    const seeds = given["minP"] ? Array.from({ length: 10 }, (_, seed) => seed) : [0, 1];
    for (const seed of seeds) {
      const options = generationOptions(given, { seed, drawing: true, eos: ours.eos });
      const [text] = await written([ids], { ...options, max_new_tokens: 32, eos_token_id: null });
      const expected = await generated(given, seed);
      const ended = expected.length < 32 ? [...expected, ours.eos[0]] : expected;
      expect(text!.slice(0, ended.length), `seed ${seed}`).toEqual(ended);
    }
  });

  it("leaves its sampler no choice: greedy or drawing, whatever its top_k", async () => {
    const expected = await generated({ minP: 0.02 }, 3);
    for (const own of [{ do_sample: true, top_k: 50 }, { do_sample: true, top_k: 0 }, { do_sample: false }]) {
      const logits_processor = logitsProcessors({ minP: 0.02 }, { seed: 3, drawing: true });
      expect(await written([ids], { ...own, max_new_tokens: 32, logits_processor })).toEqual([expected]);
    }
  });

  it("gives every row of a batch its own text and its own draws", async () => {
    const options = generationOptions({ temperature: 1, repetitionPenalty: 1.3 }, { seed: 4, drawing: true });
    const texts = await written([ids, ids], { ...options, max_new_tokens: 12 });
    for (const sequence of [0, 1])
      expect(texts[sequence]).toEqual(
        (await generated({ temperature: 1, repetitionPenalty: 1.3 }, 4, sequence)).slice(0, 12),
      );
    expect(texts[0]).not.toEqual(texts[1]);
  });

  it("comes after its temperature and penalties, and before its top_k", async () => {
    const record = recordScores();
    const own = { do_sample: true, temperature: 2, repetition_penalty: 1.5, top_k: 1, max_new_tokens: 1 };
    const raw = await ours.next(ids);
    const expected = Array.from(
      raw,
      (score, id) => (ids.includes(id) ? (score < 0 ? score * 1.5 : score / 1.5) : score) / 2,
    );
    const [text] = await written([ids], { ...own, logits_processor: record });
    expect(apart(record.steps[0]![0]!, expected)).toBeLessThan(1e-4);
    expect(text).toEqual([expected.indexOf(Math.max(...expected))]);
  });

  it("overrules the model's own generation config with generationOptions", async () => {
    const generation_config = {
      do_sample: true,
      temperature: 3,
      top_k: 2,
      repetition_penalty: 1.5,
      no_repeat_ngram_size: 1,
    };
    const record = recordScores();
    const options = generationOptions({ minP: 0.02 }, { seed: 3, drawing: true, record });
    const [text] = await written([ids], { generation_config, max_new_tokens: 8, ...options });
    expect(text).toEqual((await generated({ minP: 0.02 }, 3)).slice(0, 8));
    expect(apart(record.steps[0]![0]!, await ours.next(ids))).toBeLessThan(1e-4);
  });

  it("goes on where it is asked to go on with what it wrote", async () => {
    const logits_processor = logitsProcessors({ mirostat: 2 }, { seed: 5, drawing: true });
    const options = { do_sample: false, logits_processor };
    const [first] = await written([ids], { ...options, max_new_tokens: 5 });
    const [second] = await written([[...ids, ...first!]], { ...options, max_new_tokens: 3 });
    expect([...first!, ...second!]).toEqual((await generated({ mirostat: 2 }, 5)).slice(0, 8));
  });

  it("begins anew with another prompt", async () => {
    const list = logitsProcessors({ mirostat: 2 }, { seed: 5, drawing: true });
    const options = { do_sample: false, max_new_tokens: 8, logits_processor: list };
    const first = await written([ids], options);
    await written([ids.slice(0, 3)], options);
    expect(await written([ids], options)).toEqual(first);
  });

  it("records the raw logits that ONNX Runtime gives us, before anything is cut", async () => {
    const record = recordScores();
    const options = generationOptions({ topK: 5 }, { seed: 6, drawing: true, record });
    const [text] = await written([ids], { ...options, max_new_tokens: 8 });
    expect(record.steps).toHaveLength(8);
    for (const [step, [scores]] of record.steps.entries()) {
      expect(scores).toHaveLength(vocabulary);
      const expected = await ours.next([...ids, ...text!.slice(0, step)]);
      expect(apart(scores!, expected)).toBeLessThan(1e-4);
    }
  });

  it.each<[string, Float32Array | Float64Array, number[], RegExp]>([
    ["scores of another type", Float64Array.of(1, 2), [1, 2], /must be f32 of 1 texts × 2 tokens, got Float64Array/],
    ["more rows than texts", new Float32Array(4), [2, 2], /1 texts × 2 tokens, got Float32Array of \[2,2\]/],
    ["NaN", Float32Array.of(1, NaN), [1, 2], /the score of token 1 must be finite/],
  ])("refuses %s", (_, data, dims, message) => {
    expect(() => logitsProcessors({ topK: 1 }, { seed: 1 })([[0n]], { data, dims })).toThrow(message);
  });

  it("stays within f32 when a temperature would leave it", () => {
    const scores = { data: Float32Array.of(2, 1), dims: [1, 2] };
    logitsProcessors({ temperature: 1e-39 }, { seed: 1 })([[0]], scores);
    expect(scores.data[0]).toBe(0);
  });
});
