import { detectSynthId, synthId } from "logits/sample";
import { describe, expect, it } from "vitest";
import { golden } from "../../../test/support/golden.js";
import { checkedKey, contextHash, gValue, hashStep } from "./gValues.js";
import { torchBits } from "./torchBits.js";

interface Theirs {
  keys: number[];
  ngram: number;
  prompt: number[];
  drawn: number[];
  steps: { row: number[]; after: number[] }[];
  g: number[][];
  counts: boolean[];
  table: Record<string, { first: number[]; sum: number }>;
}
const { synthId: theirs } = golden<{ synthId: Theirs }>("guide");
const params = { synthIdKeys: theirs.keys.join(), synthIdNgram: theirs.ngram };
const off = -Infinity;

/** Log-probabilities of a row. */
function logprobs(row: Float64Array | number[]): number[] {
  const mass = Math.log([...row].reduce((sum, z) => sum + Math.exp(z), 0));
  return [...row].map((z) => z - mass);
}

describe("synthId equals transformers' SynthIDTextWatermarkLogitsProcessor", () => {
  it.each(Object.entries(theirs.table))("the table of seed %s is torch's, bit for bit", (seed, { first, sum }) => {
    const bits = torchBits(Number(seed), 2 ** 16);
    expect([...bits.subarray(0, 64)]).toEqual(first);
    expect(bits.reduce((total, bit) => total + bit, 0)).toBe(sum);
  });

  it.each(theirs.steps.map((step, i) => [i, step] as const))(
    "step %s, prompt left out, repeated contexts unmarked",
    (i, { row, after }) => {
      const history = [...theirs.prompt, ...theirs.drawn.slice(0, i)];
      const found = synthId.apply(Float64Array.from(row), params, { history, promptLength: theirs.prompt.length });
      // Theirs loses digits by 1 − Σ g p where little is left.
      logprobs(found).forEach((log, id) => expect(Math.exp(log)).toBeCloseTo(Math.exp(logprobs(after)[id]!), 13));
    },
  );

  it("the bits of a text, and which of them count", () => {
    const key = checkedKey(params);
    theirs.g.forEach((expected, at) => {
      const gram = hashStep(contextHash(theirs.drawn.slice(at, at + 2)), theirs.drawn[at + 2]!);
      expect(expected.map((_, layer) => gValue(key, gram, layer))).toEqual(expected);
    });
    const { scored, score } = detectSynthId(theirs.drawn, params, "mean");
    const counting = theirs.g.filter((_, at) => theirs.counts[at]);
    expect(scored).toBe(counting.length);
    expect(score).toBeCloseTo(counting.flat().reduce((sum, g) => sum + g, 0) / counting.flat().length, 12);
  });
});

describe("synthId", () => {
  const row = Float64Array.of(1, 0.5, off, 0, -1, 2, 0.3);
  const context = { history: [4, 1, 3], promptLength: 1 };

  it("one layer by hand: p(1 + g − Σ g p)", () => {
    const one = { synthIdKeys: "77", synthIdNgram: 2 };
    const found = synthId.apply(row, one, context);
    const key = checkedKey(one);
    const g = Array.from(row, (_, id) => gValue(key, hashStep(contextHash([3]), id), 0));
    const p = logprobs(row).map(Math.exp);
    const mass = p.reduce((sum, value, id) => sum + value * g[id]!, 0);
    expect(mass).toBeGreaterThan(0);
    logprobs(found).forEach((log, id) =>
      row[id] === off ? expect(log).toBe(off) : expect(Math.exp(log)).toBeCloseTo(p[id]! * (1 + g[id]! - mass), 13),
    );
  });

  it("over many keys the distribution is unchanged on average", () => {
    const mean = new Float64Array(row.length);
    const keys = 3000;
    for (let key = 0; key < keys; key++) {
      const found = synthId.apply(
        row,
        { synthIdKeys: `${key * 7919 + 1},${key * 104729 + 2},${key * 31 + 5}` },
        context,
      );
      logprobs(found).forEach((log, id) => (mean[id]! += Math.exp(log) / keys));
    }
    logprobs(row).forEach((log, id) => expect(Math.abs(mean[id]! - Math.exp(log))).toBeLessThan(0.02));
  });

  it.each([
    ["no keys", {}, context],
    [
      "a context that was marked before",
      { synthIdKeys: "5", synthIdNgram: 2 },
      { history: [0, 3, 1, 3], promptLength: 1 },
    ],
    ["the first n − 1 tokens when asked", { synthIdKeys: "5", synthIdSkipFirst: true }, context],
  ])("changes nothing: %s", (_, given, at) => {
    expect(synthId.apply(row, given, at)).toEqual(row);
  });

  it("with no history to remember, a repeated context is marked again", () => {
    const at = { history: [0, 3, 1, 3], promptLength: 1 };
    const found = synthId.apply(row, { synthIdKeys: "5,6,7,8", synthIdNgram: 2, synthIdHistory: 0 }, at);
    expect(found).not.toEqual(row);
  });

  it("the prompt is part of the first context only when asked", () => {
    const first = (promptToken: number, synthIdContext: string): Float64Array =>
      synthId.apply(row, { synthIdKeys: "5,6,7,8", synthIdContext }, { history: [promptToken], promptLength: 1 });
    expect(first(1, "generated")).toEqual(first(2, "generated"));
    expect(first(1, "history")).not.toEqual(first(2, "history"));
  });

  it.each([
    [
      () => synthId.apply(row, { synthIdKeys: "1,x" }),
      "Cannot watermark: synthIdKeys must be whole numbers, comma-separated, got 1,x",
    ],
    [
      () => detectSynthId([1, 2, 3, 4, 5, 6], {}),
      "Cannot detect a watermark: synthIdKeys must be at least 1 number, got none",
    ],
    [
      () => detectSynthId([1, 2], { synthIdKeys: "1" }),
      "Cannot detect a watermark: the text must have at least 5 tokens, got 2",
    ],
  ])("refuses what it cannot do: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});
