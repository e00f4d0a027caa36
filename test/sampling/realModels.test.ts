// Texts of real models through real runtimes: the built-in one on llama.cpp and ONNX Runtime, and stories260K where it is there.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaMetadata, llamaTensors } from "../../scripts/model/llamaGguf.mjs";
import { writeGguf } from "../../scripts/model/writeGguf.mjs";
import type { NextTokenModel } from "../../src/core/index.js";
import { jsonConstraint } from "../../src/integrations/jsonConstraint.js";
import { builtInModel, gguf, onnx } from "../../src/models/index.js";
import { generate, profile, profileChain, samplers, settingsChain, type Step } from "../../src/sample/index.js";
import { readLlama } from "../support/llamaForward.js";

const stories = fileURLToPath(new URL("../../../shared/data/language-models/stories260K.gguf", import.meta.url));

async function written(
  model: NextTokenModel,
  options: Omit<Parameters<typeof generate>[1], "chain"> & { chain: readonly Step[] },
): Promise<{ ids: number[]; text: string }> {
  const ids: number[] = [];
  let text = "";
  for await (const token of generate(model, options)) {
    ids.push(token.id);
    text += token.text;
  }
  return { ids, text };
}

describe("the built-in model in f32", () => {
  let folder: string;
  let llama: NextTokenModel;
  let ort: NextTokenModel;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "logits-generate-"));
    const { weights, shape, file } = await readLlama(builtInModel.gguf);
    const vocabulary = {
      tokens: file.metadata.get("tokenizer.ggml.tokens") as string[],
      merges: file.metadata.get("tokenizer.ggml.merges") as string[],
    };
    const path = join(folder, "f32.gguf");
    writeFileSync(path, writeGguf(llamaMetadata(shape, vocabulary), llamaTensors(weights, shape, "f32")));
    llama = await gguf(path);
    ort = await onnx(builtInModel.onnx);
  });
  afterAll(async () => {
    await llama.close();
    await ort.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("writes the same 64 tokens on llama.cpp and ONNX Runtime, for 10 seeds", async () => {
    const chain = profileChain(profile("llama.cpp"), {});
    for (let seed = 0; seed < 10; seed++) {
      const options = { prompt: "It is a truth universally acknowledged, that", chain, seed, maxTokens: 64 };
      const [a, b] = [await written(llama, options), await written(ort, options)];
      expect(a.ids).toHaveLength(64);
      expect(b).toEqual(a);
    }
  });

  it("under a schema writes valid JSON, 50 of 50", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        age: { type: "integer" },
        tags: { type: "array", items: { type: "string" } },
        married: { type: "boolean" },
        house: { type: "object", properties: { rooms: { type: "number" } }, required: ["rooms"] },
      },
      required: ["name", "age", "tags", "married", "house"],
      additionalProperties: false,
    };
    const valid = new Ajv.default().compile(schema);
    const chain = settingsChain(samplers, { temperature: 1 });
    for (let seed = 0; seed < 50; seed++) {
      const maxTokens = 100;
      const constraint = await jsonConstraint(ort, schema, maxTokens);
      const { text } = await written(ort, { prompt: "A lady in JSON: ", chain, seed, maxTokens, constraint });
      expect(valid(JSON.parse(text)), text).toBe(true);
    }
  });
});

describe("stories260K", () => {
  const missing = existsSync(stories) ? undefined : "stories260K.gguf is not in shared/data";
  it.skipIf(missing)(`tells a story${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    const model = await gguf(stories);
    const chain = settingsChain(samplers, { temperature: 0.5, topP: 0.9 });
    const { text } = await written(model, { prompt: "Once upon a time", chain, seed: 1, maxTokens: 60 });
    await model.close();
    // Words of the kind that it was trained on.
    expect(
      text.split(/\s+/).filter((word) => /^(there|was|a|little|girl|boy|the|and|to|She|He)[,.]?$/.test(word)).length,
    ).toBeGreaterThan(5);
  });
});
