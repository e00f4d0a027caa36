import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NextTokenModel } from "../core/index.js";
import { logSumExp } from "../core/math/index.js";
import { hasSharedData, shared } from "../../test/support/sharedData.js";
import { plainBuiltIn } from "./plainBuiltIn.js";
import {
  builtInModel,
  gguf,
  type LocalModel,
  onnx,
  transformersJs,
  type TransformersModel,
  type TransformersTokenizer,
} from "./index.js";

/** transformers.js weighs 474 MB, so it is no dependency of this repository: npm install --no-save @huggingface/transformers@4.3.1 runs these too. */
interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<TransformersModel> };
  AutoTokenizer: { from_pretrained(name: string): Promise<TransformersTokenizer> };
}
const from: string = process.env["LOGITS_TRANSFORMERS_JS"] ?? "@huggingface/transformers";
const transformers = await (import(from) as Promise<Transformers>).catch(() => undefined);
if (transformers) {
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = fileURLToPath(new URL("../../data/", import.meta.url));
}

/** Every model that this package opens, and how far two evaluations of the same text may differ. */
interface Case {
  name: string;
  open(): Promise<NextTokenModel>;
  tolerance: number;
  skip?: string;
}

const cases: Case[] = [
  // llama.cpp takes other kernels for one token than for many, and rounds to f16 in between where the weights are f16.
  { name: "llama.cpp, built-in", open: () => gguf(builtInModel.gguf), tolerance: 1e-2 },
  { name: "ONNX Runtime, built-in", open: () => onnx(builtInModel.onnx), tolerance: 2e-5 },
  { name: "plain TypeScript, built-in", open: () => plainBuiltIn(), tolerance: 1e-12 },
  {
    name: "llama.cpp, stories260K",
    open: () => gguf(shared("language-models/stories260K.gguf")),
    tolerance: 1e-4,
    ...(hasSharedData ? {} : { skip: "the shared data are not beside this checkout" }),
  },
  {
    name: "transformers.js, built-in",
    open: async () =>
      transformersJs(
        await transformers!.AutoModelForCausalLM.from_pretrained("model", { dtype: "fp32", device: "cpu" }),
        await transformers!.AutoTokenizer.from_pretrained("model"),
      ),
    tolerance: 2e-5,
    ...(transformers ? {} : { skip: "@huggingface/transformers is not installed" }),
  },
];

const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

for (const { name, open, tolerance, skip } of cases) {
  describe.skipIf(skip !== undefined)(`${name}${skip ? ` (skipped: ${skip})` : ""}`, () => {
    let model: NextTokenModel;
    let text: number[];

    beforeAll(async () => {
      model = await open();
      text = await model.tokenize("Once upon a time there was a little girl who lived near the sea.", { bos: true });
    });
    afterAll(() => model.close());

    const fresh = async (ids: readonly number[]): Promise<ArrayLike<number>> => {
      const other = await model.fork();
      try {
        return await other.next(ids);
      } finally {
        await other.close();
      }
    };

    it("scores every token of its vocabulary with finite numbers, and says that they are raw and complete", async () => {
      const logits = await model.next(text);
      expect(logits).toHaveLength(model.vocabSize);
      expect(Array.from(logits).every(Number.isFinite)).toBe(true);
      expect(model.capture).toEqual({ kind: "logits", stage: "raw", coverage: "full" });
      expect(Math.max(...logits) - Math.min(...logits)).toBeGreaterThan(1);
    });

    it.each<[string, (ids: number[]) => number[][]]>([
      ["that grows token by token", (ids) => ids.map((_, i) => ids.slice(0, i + 1))],
      ["that grows by several tokens", (ids) => [ids.slice(0, 2), ids.slice(0, 9), ids]],
      ["that shrinks", (ids) => [ids, ids.slice(0, 7), ids.slice(0, 1)]],
      ["that is asked for twice", (ids) => [ids, ids]],
      ["that takes another turn", (ids) => [ids, [...ids.slice(0, 5), ...ids.slice(8)], [...ids.slice(0, 5), ids[2]!]]],
      ["that shares nothing with the last", (ids) => [ids, ids.toReversed(), ids]],
    ])("scores a text %s as if it had never seen another", async (_, prefixes) => {
      for (const ids of prefixes(text)) expect(gap(await model.next(ids), await fresh(ids))).toBeLessThan(tolerance);
    });

    it("keeps a fork apart: neither sees what the other was asked", async () => {
      const expected = await fresh(text);
      const fork = await model.fork();
      await model.next(text.slice(0, 5));
      await fork.next(text.toReversed());
      expect(gap(await model.next(text), expected)).toBeLessThan(tolerance);
      await fork.close();
      expect(gap(await model.next(text.slice(0, 6)), await fresh(text.slice(0, 6)))).toBeLessThan(tolerance);
    });

    it("answers calls made at once one after another", async () => {
      const wanted = [text, text.slice(0, 4), text.toReversed()];
      const got = await Promise.all(wanted.map((ids) => model.next(ids)));
      for (const [i, ids] of wanted.entries()) expect(gap(got[i]!, await fresh(ids))).toBeLessThan(tolerance);
    });

    it("leaves the tokens it was given, and the logits it gave, alone", async () => {
      const ids = [...text];
      const first = await model.next(ids);
      const copy = first.slice();
      await model.next(text.slice(0, 3));
      expect(ids).toEqual(text);
      expect(first).toEqual(copy);
    });

    it("gives text back from its tokens", async () => {
      for (const sample of [
        "Once upon a time",
        "two  spaces,\nlines\n\nand a tab\t.",
        "naïve café — “quoted” 東京 😀",
        "",
        " x",
      ])
        expect(await model.detokenize(await model.tokenize(sample)), sample).toBe(sample);
    });

    it("spells a text with the bytes of its tokens", async () => {
      const ids = await model.tokenize("naïve 😀 time");
      const bytes = ids.flatMap((id) => [...model.tokenBytes(id)!]);
      expect(new TextDecoder().decode(Uint8Array.from(bytes)).trimStart()).toBe("naïve 😀 time");
      expect(model.tokenBytes(model.vocabSize)).toBeUndefined();
    });

    it("makes a special token of its name only when asked", async () => {
      const named = "<|endoftext|>";
      const [plain, special] = [await model.tokenize(named), await model.tokenize(named, { special: true })];
      expect(plain.some((id) => model.eos.includes(id))).toBe(false);
      if (model.vocabSize === 50257) expect(special).toEqual([50256]);
      expect((await model.tokenize("a", { bos: true }))[0]).toBe(model.bos);
    });

    it.each<[string, (model: NextTokenModel) => number[], RegExp]>([
      ["no token", () => [], /at least 1 token, got 0/],
      ["a token beyond the vocabulary", ({ vocabSize }) => [vocabSize], /from 0 to \d+, got \d+/],
      ["a negative token", () => [-1], /got -1/],
      ["a token that is no integer", () => [1.5], /got 1\.5/],
      [
        "a text longer than the context",
        ({ contextSize }) => new Array(contextSize + 1).fill(1),
        /at most \d+ tokens, got/,
      ],
    ])("refuses %s, and works on", async (_, ids, message) => {
      await expect(model.next(ids(model))).rejects.toThrow(message);
      expect(gap(await model.next(text), await fresh(text))).toBeLessThan(tolerance);
    });

    it("takes a text that fills its context", async () => {
      const ids = Array.from({ length: Math.min(model.contextSize, 512) }, (_, i) => text[i % text.length]!);
      const full = model.contextSize <= 512 ? ids : text;
      const logits = await model.next(full);
      expect(gap(logits, await fresh(full))).toBeLessThan(tolerance);
    });

    it("is closed for good, once, and its forks are not", async () => {
      const [one, two] = [await model.fork(), await model.fork()];
      await one.close();
      await one.close();
      await expect(one.next(text)).rejects.toThrow(/must be open/);
      await expect(one.fork()).rejects.toThrow(/must be open/);
      expect(await two.next(text)).toHaveLength(model.vocabSize);
      await two.close();
    });

    it("gives the largest scores with what makes probabilities of them", async (context) => {
      context.skip(!("top" in model), "this runtime gives whole rows only");
      const logits = await model.next(text);
      const { tokens, logits: scores, logSumExp: lse } = await (model as LocalModel).top(text, 20);
      const expected = Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]!);
      expect(scores).toHaveLength(20);
      expect(
        gap(
          scores,
          expected.slice(0, 20).map((id) => logits[id]!),
        ),
      ).toBeLessThan(tolerance);
      expect(
        gap(
          scores,
          tokens.map((id) => logits[id]!),
        ),
      ).toBeLessThan(tolerance);
      expect(Math.abs(lse - logSumExp(logits))).toBeLessThan(tolerance);
    });
  });
}
