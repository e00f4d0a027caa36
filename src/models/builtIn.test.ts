import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaMetadata, llamaTensors } from "../../scripts/model/llamaGguf.mjs";
import { llamaOnnx } from "../../scripts/model/llamaOnnx.mjs";
import { writeGguf } from "../../scripts/model/writeGguf.mjs";
import { forward, type Llama, readLlama } from "../../test/support/llamaForward.js";
import type { NextTokenModel } from "../core/index.js";
import { plainBuiltIn } from "./plainBuiltIn.js";
import { builtInModel, gguf, type LocalModel, onnx, openModel } from "./index.js";

const texts = [
  "It was",
  "Elizabeth could not but smile at the idea of his",
  'He had no reason to think that she would. "My dear Mr. Bennet," said his lady to him one day, "have you heard that Netherfield Park is let at last?" Mr. Bennet replied that he had',
  "def naïve(x): return 😀",
];

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("the built-in model", () => {
  let reference: Llama;
  let folder: string;
  const models: Record<string, NextTokenModel> = {};

  beforeAll(async () => {
    reference = await readLlama(builtInModel.gguf);
    folder = mkdtempSync(join(tmpdir(), "logits-model-"));
    const { weights, shape, file } = reference;
    const vocabulary = {
      tokens: file.metadata.get("tokenizer.ggml.tokens") as string[],
      merges: file.metadata.get("tokenizer.ggml.merges") as string[],
    };
    writeFileSync(
      join(folder, "f32.gguf"),
      writeGguf(llamaMetadata(shape, vocabulary), llamaTensors(weights, shape, "f32")),
    );
    writeFileSync(join(folder, "f32.onnx"), llamaOnnx(weights, shape, "f32"));
    models["plain TypeScript"] = await plainBuiltIn();
    models["llama.cpp, f16"] = await gguf(builtInModel.gguf);
    models["llama.cpp, f32"] = await gguf(join(folder, "f32.gguf"));
    models["ONNX Runtime, f16"] = await onnx(builtInModel.onnx);
    models["ONNX Runtime, f32"] = await onnx(join(folder, "f32.onnx"), {
      tokenizer: join(builtInModel.onnx, "../../tokenizer.json"),
    });
  });
  afterAll(async () => {
    for (const model of Object.values(models)) await model.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // llama.cpp rounds to f16 what it multiplies with an f16 matrix, so there the bound is a part of the largest logit (14 to 16 here: 0.0045 in all). ONNX
  // Runtime widens the same weights first.
  it.each([
    ["llama.cpp, f16", 1e-3],
    ["llama.cpp, f32", 1e-5],
    ["ONNX Runtime, f16", 1e-5],
    ["ONNX Runtime, f32", 1e-5],
    ["plain TypeScript", 1e-5],
  ])("%s gives the logits of a forward pass in f64 within %d", async (name, bound) => {
    for (const text of texts) {
      const ids = await models[name]!.tokenize(text, { bos: true });
      const expected = forward(reference, ids);
      const unit = bound === 1e-3 ? expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 1;
      expect(largest(await models[name]!.next(ids), expected), text).toBeLessThan(bound * unit);
    }
  });

  it("writes in the manner of its text: a said is followed by who said it", async () => {
    const model = models["ONNX Runtime, f16"]!;
    const { tokens } = await (model as LocalModel).top(
      await model.tokenize('"My dear Miss Woodhouse," said', { bos: true }),
      5,
    );
    expect(await Promise.all(tokens.map((id) => model.detokenize([id])))).toEqual(
      expect.arrayContaining([" she", " he"]),
    );
  });

  it("differs a little with a key-value cache of f16, and less than that in f32", async () => {
    const model = await gguf(join(folder, "f32.gguf"), { cache: "f16" });
    const ids = await model.tokenize(texts[2]!, { bos: true });
    const error = largest(await model.next(ids), forward(reference, ids));
    expect(error).toBeGreaterThan(1e-5);
    expect(error).toBeLessThan(2e-2);
    await model.close();
  });

  it("is what openModel opens by name, and by either file", async () => {
    for (const name of ["built-in", builtInModel.gguf, builtInModel.onnx]) {
      const model = await openModel(name);
      expect(model.vocabSize).toBe(50257);
      await model.close();
    }
  });

  it.each([
    ["a file that is not there", () => gguf("nowhere.gguf"), /Cannot load nowhere\.gguf: it must be a GGUF file/],
    ["a file of another kind", () => gguf(builtInModel.onnx), /Cannot load .*model\.onnx: it must be a GGUF file/],
    [
      "an ONNX file that is not there",
      () => onnx("nowhere.onnx", { tokenizer: join(builtInModel.onnx, "../../tokenizer.json") }),
      /Cannot load nowhere\.onnx: it must be a model that ONNX Runtime runs/,
    ],
    ["an ONNX model without its tokens", () => onnx("nowhere.onnx"), /a tokenizer\.json must be there, got none at/],
    [
      "a GGUF file as ONNX",
      () => onnx(builtInModel.gguf),
      /Cannot load .*model\.gguf: it must be a model that ONNX Runtime runs/,
    ],
  ])("refuses %s", async (_, open, message) => {
    await expect(open()).rejects.toThrow(message);
  });

  it("is tokenised alike by llama.cpp, by its tokenizer.json and in plain TypeScript", async () => {
    const more = [
      "<|endoftext|>",
      "a<|endoftext|><|endoftext|> b",
      "  two  spaces\n\n\tand a tab ",
      "Ünïcödé — “quotes” … 東京",
      "they'll've said 'twas 1,813 o'clock!?  \r\n \u00a0x",
      "",
    ];
    for (const text of [...texts, ...more]) {
      for (const special of [false, true]) {
        const expected = await models["llama.cpp, f16"]!.tokenize(text, { special });
        for (const name of ["ONNX Runtime, f16", "plain TypeScript"])
          expect(await models[name]!.tokenize(text, { special }), `${name}: ${text}`).toEqual(expected);
      }
    }
  });
});
