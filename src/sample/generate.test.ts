import { describe, expect, it } from "vitest";
import {
  type GeneratedToken,
  generate,
  type GenerateOptions,
  samplers,
  settingsChain,
  type Stopped,
} from "logits/sample";
import { byteModel } from "../../test/support/byteModel.js";
import type { NextTokenModel } from "../core/index.js";

async function written(
  model: NextTokenModel,
  options: Partial<GenerateOptions> = {},
): Promise<{ tokens: GeneratedToken[]; text: string; texts: string[]; stopped: Stopped }> {
  const steps = generate(model, { prompt: ">", chain: [], seed: 1, ...options });
  const tokens: GeneratedToken[] = [];
  for (;;) {
    const next = await steps.next();
    const texts = tokens.map(({ text }) => text);
    if (next.done) return { tokens, text: texts.join(""), texts, stopped: next.value };
    tokens.push(next.value);
  }
}
const open = { contextSize: 1000, end: false };

describe("generate", () => {
  it.each<[string, string, Partial<GenerateOptions>, string, Stopped]>([
    ["ends with a token that ends texts, and leaves it out", "abc", {}, "abc", "eos"],
    ["ends at maxTokens", "abc", { maxTokens: 2 }, "ab", "length"],
    ["ends at a stop text, and leaves it out", "one END two", { stop: ["END"] }, "one ", "stop"],
    ["ends at the first of several", "one two three", { stop: ["three", "two"] }, "one ", "stop"],
    ["ends at a stop text that begins the text", "END", { stop: ["END"] }, "", "stop"],
    ["goes on where a stop text was only begun", "one EN two", { stop: ["END"] }, "one EN two", "eos"],
    ["finds a stop text after a false beginning of it", "aab", { stop: ["ab"] }, "a", "stop"],
    ["gives out what was held back at the end", "one EN", { stop: ["END"] }, "one EN", "eos"],
    ["and at maxTokens", "one EN", { stop: ["END"], maxTokens: 5 }, "one E", "length"],
    ["finds a stop text of letters of several bytes", "a→b", { stop: ["→"] }, "a", "stop"],
  ])("%s", async (_, script, options, text, stopped) => {
    expect(await written(byteModel(script), options)).toMatchObject({ text, stopped });
  });

  it("never gives out a letter of a stop text", async () => {
    const seen: string[] = [];
    for await (const { text } of generate(byteModel("one END"), { prompt: ">", chain: [], seed: 1, stop: ["END"] }))
      seen.push(text);
    expect(seen).toEqual(["o", "n", "e", " ", "", "", ""]);
  });

  it("writes a letter once all its bytes have come", async () => {
    expect((await written(byteModel("é😀x"))).texts).toEqual(["", "é", "", "", "", "😀", "x"]);
  });

  it("does so where the runtime only knows texts, not bytes", async () => {
    expect((await written(byteModel("é😀x", { bytes: false }))).texts).toEqual(["", "é", "", "", "", "😀", "x"]);
  });

  it("does not repeat the text at a token whose bytes are not known", async () => {
    const model = byteModel("abc");
    const { tokenBytes } = model;
    model.tokenBytes = (id) => (id === 98 ? undefined : tokenBytes(id));
    expect((await written(model)).texts).toEqual(["a", "b", "c"]);
  });

  it("takes a byte that is no letter for one, and goes on", async () => {
    expect((await written(byteModel(Uint8Array.of(0x61, 0xff, 0x62)))).text).toBe("a\ufffdb");
  });

  it("writes until the context is full: the last token needs no place in it", async () => {
    const { tokens, stopped } = await written(byteModel("abcdefgh", { contextSize: 4 }), { prompt: "xy" });
    expect([tokens.length, stopped]).toEqual([3, "context"]);
    const whole = await written(byteModel("abc", { contextSize: 4 }), { prompt: "wxyz" });
    expect([whole.tokens.length, whole.stopped]).toEqual([1, "context"]);
  });

  it("begins with the token that begins texts where the prompt is empty", async () => {
    expect((await written(byteModel("ab"), { prompt: "" })).text).toBe("ab");
    const model = { ...byteModel("ab") };
    delete (model as { bos?: number }).bos;
    await expect(written(model, { prompt: "" })).rejects.toThrow("the prompt must have at least one token, got none");
  });

  it.each<[Partial<GenerateOptions>, string]>([
    [{ prompt: "xxxxx" }, "Cannot generate: the prompt must fit into a context of 4 tokens, got 5"],
    [{ maxTokens: 0 }, "maxTokens must be an integer ≥ 1, got 0"],
    [{ maxTokens: NaN }, "maxTokens must be an integer ≥ 1, got NaN"],
    [{ stop: [""] }, 'Cannot generate: a stop text must have at least one letter, got ""'],
    [{ seed: -1 }, "Cannot draw: seed must be an integer in [0, 4294967295], got -1"],
    [{ top: -1 }, "top must be an integer ≥ 0, got -1"],
  ])("refuses %j", async (options, message) => {
    await expect(written(byteModel("abc", { contextSize: 4 }), options)).rejects.toThrow(message);
  });

  it("writes the same for the same key, and other texts for others", async () => {
    const text = async (key: Partial<GenerateOptions>): Promise<number[]> =>
      (await written(byteModel("", open), { maxTokens: 12, ...key })).tokens.map(({ id }) => id);
    const first = await text({ seed: 5 });
    expect(await text({ seed: 5 })).toEqual(first);
    for (const key of [{ seed: 6 }, { seed: 5, sequence: 1 }, { seed: 5, step: 1 }])
      expect(await text(key)).not.toEqual(first);
  });

  it("draws the same whether or not it is traced, listed or watched", async () => {
    const chain = settingsChain(samplers, {
      temperature: 0.9,
      topK: 40,
      xtcProbability: 0.5,
      xtcThreshold: 0.01,
      mirostat: 2,
    });
    const base = { chain, maxTokens: 20 };
    const plain = await written(byteModel("", open), base);
    const watched: number[] = [];
    const full = await written(byteModel("", open), {
      ...base,
      trace: true,
      top: 5,
      watch: (_, step, token) => watched.push(step, token),
    });
    expect(full.tokens.map(({ id, logprob, kept }) => [id, logprob, kept])).toEqual(
      plain.tokens.map(({ id, logprob, kept }) => [id, logprob, kept]),
    );
    expect(watched).toEqual(full.tokens.flatMap(({ id }, step) => [step, id]));
    expect(full.tokens[3]!.trace!.steps.map(({ sampler }) => sampler)).toEqual([
      "temperature",
      "topK",
      "xtc",
      "mirostat",
    ]);
    expect(full.tokens[3]!.top).toHaveLength(Math.min(5, full.tokens[3]!.kept));
  });

  it.each([
    ["mirostat", { mirostat: 2, mirostatTau: 3 }],
    ["mirostat 1", { mirostat: 1, mirostatTau: 3 }],
    ["adaptiveP", { adaptiveTarget: 0.1 }],
    ["penalties of the output", { presencePenalty: 2, penaltyOver: "output" }],
    [
      "both that remember",
      { mirostat: 2, mirostatTau: 4, adaptiveTarget: 0.1, xtcProbability: 0.5, xtcThreshold: 0.01 },
    ],
  ])("goes on from a saved state as if it had never stopped: %s", async (_, settings) => {
    const chain = settingsChain(samplers, settings);
    const model = byteModel("", open);
    const whole = await written(model, { chain, maxTokens: 30, seed: 3, state: {} });
    const state = {};
    const first = await written(model, { chain, maxTokens: 11, seed: 3, state });
    const saved = JSON.parse(JSON.stringify({ state, ids: [62, ...first.tokens.map(({ id }) => id)] }));
    const rest = await written(model, {
      chain,
      maxTokens: 19,
      seed: 3,
      step: 11,
      prompt: saved.ids,
      promptLength: 1,
      state: saved.state,
    });
    expect([...first.tokens, ...rest.tokens]).toEqual(whole.tokens);
  });

  it("takes tokens as a prompt, and leaves them alone", async () => {
    const prompt = [62];
    const { tokens } = await written(byteModel("ab"), { prompt });
    expect(tokens.map(({ id }) => id)).toEqual([97, 98]);
    expect(prompt).toEqual([62]);
  });

  it("asks the model once a token", async () => {
    const model = byteModel("abc");
    await written(model);
    expect(model.calls).toBe(4);
  });

  it("tells a constraint what came, and ends when nothing may follow", async () => {
    const came: number[] = [];
    const constraint = {
      mask: () => new Int32Array(9).fill(-1),
      accept: (id: number) => came.push(id) > 0,
      get isTerminated() {
        return came.length === 2;
      },
    };
    expect(await written(byteModel("abc"), { constraint })).toMatchObject({ text: "ab", stopped: "constraint" });
    expect(came).toEqual([97, 98]);
  });
});
