// Our infill beside llama.cpp's own, over the vocabularies that it was run with.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SampleContext } from "../../src/core/index.js";
import { fileBytes } from "../../src/formats/file.js";
import { builtInModel } from "../../src/models/builtIn.js";
import { readGgufFile } from "../../src/models/ggufFile.js";
import { byteLevelBytes, sentencePieceBytes } from "../../src/models/tokenBytes.js";
import { infill } from "../../src/sample/index.js";
import { samplingInput, type SamplingInput } from "../golden/sampling/inputs.js";
import { hasSharedData, shared } from "../support/sharedData.js";

interface Case {
  name: string;
  input: SamplingInput | { ids: number[]; logits: number[] };
  model?: string;
  eog?: number[];
  settings: Record<string, unknown>;
  kept: number;
  keptHash: string;
  top: [number, number][];
}
interface Golden {
  eot: number;
  tolerance: number;
  cases: Case[];
}
const golden = (file: string): Golden =>
  JSON.parse(readFileSync(new URL(`../golden/sampling/${file}`, import.meta.url), "utf8")) as Golden;

/** The bytes of every token but of control tokens, which are of type 3; a byte of a SentencePiece vocabulary is of type 6. */
async function bytesOfVocabulary(path: string): Promise<(id: number) => Uint8Array | undefined> {
  const { metadata } = await readGgufFile(await fileBytes(path));
  const tokens = metadata.get("tokenizer.ggml.tokens") as string[];
  const types = metadata.get("tokenizer.ggml.token_type") as number[];
  const toBytes = metadata.get("tokenizer.ggml.model") === "gpt2" ? byteLevelBytes : sentencePieceBytes;
  return (id) => (types[id] === 3 ? undefined : toBytes(tokens[id]!));
}

function compare({ name, input, kept, keptHash, top }: Case, tokens: number, context: Partial<SampleContext>): void {
  const row = "ids" in input ? new Float64Array(tokens).fill(-Infinity) : Float64Array.from(samplingInput(input));
  if ("ids" in input) input.ids.forEach((id, i) => (row[id] = input.logits[i]!));
  const after = infill.apply(row, { infill: true }, context);
  const ids = [...after.keys()].filter((id) => after[id]! > -Infinity);
  expect([ids.length, hashOf(ids)], `${name}: ${ids.join(" ")}`).toEqual([kept, keptHash]);
  const total = ids.reduce((sum, id) => sum + Math.exp(after[id]! - after[ids[0]!]!), 0);
  for (const [id, share] of top)
    expect(Math.abs(Math.exp(after[id]! - after[ids[0]!]!) / total - share), name).toBeLessThan(5e-6);
}

const hashOf = (ids: number[]): string =>
  createHash("sha256")
    .update(new Uint8Array(Uint32Array.from(ids).buffer))
    .digest("hex");

describe("infill as llama.cpp's own sampler", () => {
  it("over the built-in model's vocabulary, in every case", async () => {
    const { cases, eot } = golden("llama.cpp-infill.json");
    const bytesOf = await bytesOfVocabulary(builtInModel.gguf);
    for (const one of cases) compare(one, 50_257, { bytesOf, eos: [eot] });
    expect(cases.length).toBeGreaterThan(100);
  });

  it.skipIf(!hasSharedData)(
    "over a SentencePiece vocabulary, whole (skipped: the shared data are not beside this checkout)",
    async () => {
      const cases = golden("llama.cpp.json").cases.filter(({ settings }) => "infill" in settings);
      const bytesOf = await bytesOfVocabulary(shared("language-models/stories260K.gguf"));
      for (const one of cases) compare(one, 512, { bytesOf, eos: one.eog! });
      expect(cases).toHaveLength(3);
    },
  );
});
