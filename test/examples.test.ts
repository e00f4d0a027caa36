import type { LogitProcessor } from "@mlc-ai/web-llm/lib/types.js";
import { builtInModel, onnx } from "logits/models";
import { generate, samplers, settingsChain } from "logits/sample";
import { describe, expect, it } from "vitest";

interface Row {
  gap: number;
  fromLogits: number;
  loss: number;
  naive: number;
  clipped: number;
  squared: number;
}

describe("examples/probabilities-first", () => {
  it("shows what is lost when probabilities come first", async () => {
    const path = "../examples/probabilities-first.mjs";
    const { table } = (await import(path)) as { table(gaps?: number[]): Row[] };
    const at = new Map(table([16.1, 16.2, 50, 88, 89, 1000]).map((row) => [row.gap, row]));
    expect(at.get(88)!.naive).not.toBeNaN();
    expect(at.get(89)!.naive).toBeNaN();
    expect(at.get(16.1)!.clipped).toBeGreaterThan(1);
    expect(at.get(16.2)!.clipped).toBe(0);
    expect(at.get(50)!.squared.toExponential(1)).toBe("7.8e-22");
    for (const { fromLogits } of at.values()) expect(fromLogits).toBeCloseTo(Math.SQRT2, 2);
    expect(at.get(1000)!.loss).toBe(1000);
  });
});

describe("examples/kernel-memory", () => {
  it("decodes from scores that are written where the kernels work", async () => {
    const path = "../examples/kernel-memory.mjs";
    const { decode } = (await import(path)) as {
      decode(steps: number): { lines: { token: number; logprob: number; next: number[] }[]; left: number };
    };
    const { lines, left } = decode(3);
    expect(lines.map(({ token }) => token)).toEqual([0, 7919, 15_838]);
    for (const { token, logprob, next } of lines) {
      expect(next[0]).toBe(token);
      expect(logprob).toBeLessThan(0);
      expect(logprob).toBeGreaterThan(-1);
    }
    expect(left).toBe(0);
  });
});

describe("examples/truncated-logprobs", () => {
  it("says intervals, and a number only of what is listed", async () => {
    const path = "../examples/truncated-logprobs.mjs";
    type Ends = { lo: number; hi: number; logprob?: number };
    const { table } = (await import(path)) as { table(): Promise<{ entropy: Ends; warmer: Ends; labels: Ends[] }[]> };
    const rows = await table();
    expect(rows.map(({ labels }) => labels.map(({ logprob }) => logprob !== undefined))).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
    expect(rows[1]!.labels[1]!.hi).toBeCloseTo(Math.log(0.21), 4);
    for (const { entropy, warmer } of rows) {
      expect(entropy.lo).toBeLessThan(entropy.hi);
      expect(warmer.hi).toBeGreaterThan(entropy.hi);
    }
  });
});
describe("examples where people already are", () => {
  const writeOf = async (name: string): Promise<(...given: unknown[]) => Promise<string>> => {
    const path = `../examples/${name}.mjs`;
    return ((await import(path)) as { write(...given: unknown[]): Promise<string> }).write;
  };
  /** What `logits generate --model builtin.onnx` writes with the settings of the examples. */
  const generated = async (prompt: string, seed: number): Promise<string> => {
    const model = await onnx(builtInModel.onnx);
    const chain = settingsChain(samplers, { temperature: 0.8, minP: 0.05 });
    let text = prompt;
    for await (const next of generate(model, { prompt, chain, seed, maxTokens: 24 })) text += next.text;
    await model.close();
    return text;
  };

  it("transformers.js writes what our own command writes with that seed", async () => {
    const write = await writeOf("transformersJs");
    for (const seed of [7, 8])
      expect(await write("It was a truth", seed)).toBe(await generated("It was a truth", seed));
  });

  it("web-llm's would, with an engine that asks the processor for each token as web-llm does: there is no GPU for its own", async () => {
    const write = await writeOf("webLlm");
    expect(await write({ CreateMLCEngine: engineWithoutGpu }, "It was a truth", 7)).toBe(
      await generated("It was a truth", 7),
    );
  });

  it("node-llama-cpp goes on from the prompt, with another seed otherwise", async () => {
    const write = await writeOf("nodeLlamaCpp");
    const text = await write("It was a truth", 7);
    expect(text).toMatch(/^It was a truth.{40}/s);
    expect(await write("It was a truth", 8)).not.toBe(text);
  });
});

/** Stands for web-llm's engine: the scores are the built-in model's, and what the processor leaves is drawn. */
async function engineWithoutGpu(
  id: string,
  config: { logitProcessorRegistry: Map<string, LogitProcessor> },
): Promise<object> {
  const processor = config.logitProcessorRegistry.get(id)!;
  const create = async (request: { messages: { content: string }[]; max_tokens: number }): Promise<object> => {
    const model = await onnx(builtInModel.onnx);
    const prompt = request.messages[0]!.content;
    const ids = await model.tokenize(prompt, { bos: true });
    for (let n = 0; n < request.max_tokens; n++) {
      const scores = processor.processLogits((await model.next(ids)) as Float32Array);
      ids.push(scores.indexOf(Math.max(...scores)));
      processor.processSampledToken(ids.at(-1)!);
    }
    const content = await model.detokenize(ids);
    await model.close();
    return { choices: [{ message: { content } }] };
  };
  return { chat: { completions: { create } } };
}
