import { detectKgw, kgw } from "logits/sample";
import { describe, expect, it } from "vitest";
import { philox } from "../../core/rng.js";
import { greenTokens } from "./greenTokens.js";

const off = -Infinity;
const word = (counter: number[], key: number[]): number[] => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  return [...out];
};
const domain = 0x6b6777;

describe("greenTokens is the function it says it is", () => {
  it("left: the ids before are folded into the key, oldest first", () => {
    const isGreen = greenTokens({ gamma: 0.25, key: 42, context: 2, self: false }, [9, 5, 7])!;
    const first = word([5, 0, 0, 0], [42, domain]);
    const key = word([7, 0, 0, 0], first.slice(0, 2)).slice(0, 2);
    for (let id = 0; id < 100; id++) expect(isGreen(id)).toBe(word([id, 0, 1, 0], key)[0]! < 0.25 * 2 ** 32);
  });

  it("self: the smallest hash of the candidate with itself and those before seeds it", () => {
    const isGreen = greenTokens({ gamma: 0.5, key: 42, context: 3, self: true }, [9, 5, 7])!;
    for (let id = 0; id < 100; id++) {
      const least = Math.min(...[5, 7, id].map((x) => word([x, id, 2, 0], [42, domain])[0]!));
      expect(isGreen(id)).toBe(word([id, least, 3, 0], [42, domain])[0]! < 0.5 * 2 ** 32);
    }
  });

  // Fixed for good: a text that was marked must be detected by every later version.
  it.each([
    ["left", { gamma: 0.25, key: 15485863, context: 1, self: false }, [0, 8, 20, 24, 26, 31, 34, 36, 39]],
    ["self", { gamma: 0.25, key: 15485863, context: 4, self: true }, [0, 1, 5, 6, 11, 14, 15, 20, 25, 27, 31, 32, 33]],
  ])("%s: which of the first 40 tokens are green after 1, 2, 3", (_, key, expected) => {
    const isGreen = greenTokens(key, [1, 2, 3])!;
    expect(Array.from({ length: 40 }, (__, id) => id).filter(isGreen)).toEqual(expected);
  });
});

describe("kgw", () => {
  it("adds δ to the green tokens that are left and to no other", () => {
    const row = Float64Array.from({ length: 60 }, (_, id) => (id % 7 === 0 ? off : id / 10));
    const found = kgw.apply(row, { kgwDelta: 2 }, { history: [11] });
    const isGreen = greenTokens({ gamma: 0.25, key: 15485863, context: 1, self: false }, [11])!;
    row.forEach((score, id) => expect(found[id]).toBe(isGreen(id) ? score + 2 : score));
    expect(found.some((score, id) => score > row[id]!)).toBe(true);
  });

  it.each([
    ["δ 0 is off", { kgwDelta: 0 }, [1, 2]],
    ["no token before, none is green", { kgwDelta: 2 }, []],
    ["fewer tokens than the context", { kgwDelta: 2, kgwContext: 3 }, [1, 2]],
    ["self needs one fewer", { kgwDelta: 2, kgwContext: 4, kgwSeeding: "self" }, [1, 2]],
  ])("changes nothing: %s", (_, params, history) => {
    const row = Float64Array.from({ length: 60 }, (__, id) => id / 10);
    expect(kgw.apply(row, params, { history })).toEqual(row);
  });

  it("with context 1, self marks from the first token on", () => {
    const found = kgw.apply(new Float64Array(60), { kgwDelta: 2, kgwSeeding: "self" });
    expect(found.some((score) => score > 0)).toBe(true);
  });
});

describe("detectKgw", () => {
  /** A text whose tokens are green, or not, as asked. */
  const textOf = (wanted: boolean[]): number[] => {
    const ids = [3];
    for (const green of wanted) {
      const isGreen = greenTokens({ gamma: 0.25, key: 15485863, context: 1, self: false }, ids)!;
      let id = ids.length * 1000;
      while (isGreen(id) !== green) id++;
      ids.push(id);
    }
    return ids;
  };

  it("by hand: 12 green of 20 at γ ¼ are 7 more than 5, of a standard deviation of √3.75", () => {
    const found = detectKgw(textOf(Array.from({ length: 20 }, (_, i) => i % 5 < 3)));
    expect(found).toMatchObject({ green: 12, scored: 20 });
    expect(found.z).toBeCloseTo(7 / Math.sqrt(3.75), 14);
    // 1 − Σ_{g<12} C(20, g) ¼^g ¾^(20−g), computed with fractions.
    expect(found.p).toBeCloseTo(0.0009353916, 9);
  });

  it("a repeated pair is evidence once, or every time when asked", () => {
    const text = [...textOf([true]), ...textOf([true]), ...textOf([true])];
    expect(detectKgw(text).scored).toBe(2);
    expect(detectKgw(text, {}, "all").scored).toBe(5);
  });

  it("with another key or γ it sees another text", () => {
    const text = textOf(Array<boolean>(60).fill(true));
    expect(detectKgw(text).p).toBeLessThan(1e-30);
    expect(detectKgw(text, { kgwKey: 1 }).p).toBeGreaterThan(1e-3);
  });

  it.each([
    [[], {}, "Cannot detect a watermark: the text must have at least 2 tokens, got 0"],
    [[1, 2, 3], { kgwContext: 3 }, "Cannot detect a watermark: the text must have at least 4 tokens, got 3"],
    [[1, 2], { kgwGamma: 1 }, "Cannot run detectKgw: kgwGamma must be a number in (0, 1), got 1"],
  ])("refuses %j with %o", (ids, params, message) => {
    expect(() => detectKgw(ids, params)).toThrow(message);
  });
});
