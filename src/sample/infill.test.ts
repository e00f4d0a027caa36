import { infill, sample, settingsChain, samplers, tracer, runChain } from "logits/sample";
import { describe, expect, it } from "vitest";
import { refusals } from "../../test/support/samplerRows.js";

const out = -Infinity;
/** ln of shares, which keep their sums. */
const p = (...shares: number[]): Float64Array => Float64Array.from(shares, (share) => Math.log(share));
const encoder = new TextEncoder();
/** Token 0 ends a text; the others are these words. */
const words = (...texts: string[]) => ({
  eos: [0],
  bytesOf: (id: number) => (id === 0 ? undefined : encoder.encode(texts[id - 1])),
});
const keptOf = (row: Float64Array): number[] => [...row.keys()].filter((id) => row[id]! > out);

describe("infill", () => {
  it.each<[string, number[], string[], number[]]>([
    ["ends where 3 · 0.11 · 3 tokens exceed 0.89", [0.11, 0.59, 0.3], ["a", "b"], [0]],
    ["goes on where 3 · 0.09 · 3 tokens do not exceed 0.91", [0.09, 0.61, 0.3], ["a", "b"], [0, 1]],
    ["keeps an end that is left, however improbable", [1e-9, 0.5, 0.5], ["a", "b"], [0, 1, 2]],
    ["drops what has less than a fifth", [0.001, 0.8, 0.199], ["a", "b"], [0, 1]],
    ["and of two that reach it what has less than a third of what is left", [0.001, 0.67, 0.329], ["a", "b"], [0, 1]],
    ["keeps two that have a third of what is left", [0.001, 0.5, 0.499], ["a", "b"], [0, 1, 2]],
    [
      "joins a beginning with what it begins: the likelier stays",
      [0.001, 0.3, 0.35, 0.349],
      ["a", "ab", "c"],
      [0, 2, 3],
    ],
    ["joins what begins alike by way of a third", [0.001, 0.34, 0.33, 0.329], ["a", "ab", "ac"], [0, 1]],
    ["does not join what begins alike by itself", [0.001, 0.5, 0.499], ["ab", "ac"], [0, 1, 2]],
    ["joins bytes, not letters: é and è begin alike", [0.001, 0.4, 0.399, 0.2], ["é", "è", "x"], [0, 1, 2]],
    ["joins equal texts; of equal scores the lowest id stays", [0.001, 0.3, 0.3, 0.399], ["a", "a", "b"], [0, 1, 3]],
    ["ends where no text reaches a fifth", [0.001, 0.19, 0.19, 0.19, 0.19, 0.19, 0.049], [..."abcdef"], [0]],
    [
      "lets joined texts reach a fifth together",
      [0.001, 0.19, 0.18, 0.19, 0.19, 0.19, 0.059],
      ["a", "ab", ..."cdef"],
      [0, 1],
    ],
    ["ends also where the end had been removed", [0, 0.19, 0.19, 0.19, 0.19, 0.19, 0.05], [..."abcdef"], [0]],
  ])("%s", (_, shares, texts, kept) => {
    const row = p(...shares);
    const copy = row.slice();
    const after = infill.apply(row, { infill: true }, words(...texts));
    expect(keptOf(after)).toEqual(kept);
    expect(row).toEqual(copy);
    for (const id of kept) expect(after[id]).toBe(row[id]! > out ? row[id] : 0);
  });

  it("off it changes nothing, and needs nothing", () => {
    const row = p(0.5, 0.5);
    expect(infill.apply(row)).toEqual(row);
    const { watch } = tracer(row);
    expect(runChain(row, settingsChain(samplers, { infill: false }), {}, watch)).toEqual(row);
  });

  it("gives for f32 scores what it gives for the same numbers in f64, and does not see a constant", () => {
    const scores = Float32Array.from([-6, 1, 0.5, 0.25, -1]);
    const context = words("t", "th", "a", "the");
    const one = infill.apply(scores, { infill: true }, context);
    expect(infill.apply(Float64Array.from(scores), { infill: true }, context)).toEqual(one);
    const moved = infill.apply(
      scores.map((score) => score + 8),
      { infill: true },
      context,
    );
    expect(keptOf(moved)).toEqual(keptOf(one));
  });

  it.each<[number, number[], string[], string]>([
    [
      1,
      [0.11, 0.59, 0.3],
      ["a", "b"],
      "an end has 11.0 %: times three, times 3 tokens, that is more than the 89.0 % of all texts",
    ],
    [
      1,
      [0.001, 0.3, 0.35, 0.349],
      ["a", "ab", "c"],
      "it and token 2 begin alike, and that has 35.0 % where it has 30.0 %",
    ],
    [2, [0.001, 0.8, 0.199], ["a", "b"], "it has 19.9 %, and 20.0 % is asked"],
    [2, [0.001, 0.67, 0.329], ["a", "b"], "it has 32.9 % of what is left, and 33.3 % is asked"],
  ])("says of token %i of %j why it fell", (id, shares, texts, text) => {
    const chain = settingsChain(samplers, { infill: true });
    const drawn = sample(p(...shares), { chain, context: words(...texts), seed: 0, trace: true });
    expect(drawn.trace!.whyNot(id)?.reason?.text).toBe(text);
  });

  it("takes a whole vocabulary: 50,000 texts of which each begins with several others", () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => i.toString(3));
    const row = Float64Array.from({ length: 50_001 }, (_, id) => (id === 0 ? -30 : id % 97 === 5 ? 3 : -id / 50_000));
    const after = infill.apply(row, { infill: true }, words(...texts));
    expect(keptOf(after).length).toBeGreaterThan(0);
  });

  refusals(infill, [
    [{ infill: true }, "Cannot fill in: context.bytesOf must give the bytes of a token, got none"],
    [
      { infill: true },
      "Cannot fill in: the tokens that end a text must be named, got none",
      { bytesOf: () => undefined },
    ],
  ]);
});
