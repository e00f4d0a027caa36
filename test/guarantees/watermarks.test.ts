import { detectKgw, detectSynthId, drawToken, kgw, synthId } from "logits/sample";
import { describe, expect, it } from "vitest";
import { uniform } from "../../src/core/rng.js";
import { binomialTail } from "../../src/stats/binomialTail.js";
import { goodnessOfFit, uniformFit } from "../support/goodnessOfFit.js";

const tokens = 400;
const plain = (seed: number, length: number): number[] =>
  Array.from({ length }, (_, i) => Math.floor(tokens * uniform(seed, "simulation", i)));

/** A text from random rows, each changed by a watermark. */
function write(seed: number, length: number, change: (row: Float64Array, history: number[]) => Float64Array): number[] {
  const history: number[] = [];
  for (let step = 0; step < length; step++) {
    const row = Float64Array.from({ length: tokens }, (_, id) => 5 * uniform(seed, "simulation", id, step));
    history.push(drawToken(change(row, history), { seed, step }));
  }
  return history;
}

describe("a text without a watermark (seeded; a right detector fails once in a thousand)", () => {
  const texts = Array.from({ length: 2000 }, (_, seed) => plain(seed, 101));

  it.each([
    ["left", {}],
    ["self", { kgwSeeding: "self", kgwContext: 4 }],
    ["γ ½", { kgwGamma: 0.5, kgwContext: 2 }],
  ])("kgw, %s: counts of green tokens are binomial, so p is exact", (_, params) => {
    const found = texts.map((ids) => detectKgw(ids, params));
    // Texts with a repeated pair count a token fewer and have another law.
    const same = found.filter(({ scored }) => scored === found[0]!.scored);
    expect(same.length).toBeGreaterThan(500);
    const n = found[0]!.scored;
    const gamma = (params as { kgwGamma?: number }).kgwGamma ?? 0.25;
    const counts = new Float64Array(n + 1);
    for (const { green } of same) counts[green]!++;
    const law = counts.map((__, k) => binomialTail(k, n, gamma) - binomialTail(k + 1, n, gamma));
    expect(goodnessOfFit(counts, law).p).toBeGreaterThan(1e-3);
    for (const { green, p } of same) expect(p).toBe(binomialTail(green, n, gamma));
  });

  it.each(["weighted", "mean"] as const)("synthId, %s: p is uniform", (weights) => {
    const params = { synthIdKeys: Array.from({ length: 30 }, (_, i) => 997 * i + 13).join() };
    const p = texts.map((ids) => detectSynthId(ids, params, weights).p);
    expect(uniformFit(p)).toBeGreaterThan(1e-3);
  });
});

describe("a text with a watermark", () => {
  it("kgw: z grows with δ, and with δ 2 a hundred tokens are enough for p < 1e-6", () => {
    const mean = [0, 0.5, 1, 2, 4].map((kgwDelta) => {
      const found = Array.from({ length: 8 }, (_, seed) =>
        detectKgw(write(seed, 100, (row, history) => kgw.apply(row, { kgwDelta }, { history }))),
      );
      if (kgwDelta === 2) expect(Math.max(...found.map(({ p }) => p))).toBeLessThan(1e-6);
      return found.reduce((sum, { z }) => sum + z, 0) / found.length;
    });
    expect(Math.abs(mean[0]!)).toBeLessThan(1.5);
    for (let i = 1; i < mean.length; i++) expect(mean[i]!).toBeGreaterThan(mean[i - 1]! + 0.5);
  });

  it("kgw, self: found too, and only with its own key", () => {
    const params = { kgwSeeding: "self", kgwContext: 3 };
    const ids = write(1, 150, (row, history) => kgw.apply(row, { ...params, kgwDelta: 3 }, { history }));
    expect(detectKgw(ids, params).p).toBeLessThan(1e-9);
    expect(detectKgw(ids, { ...params, kgwKey: 7 }).p).toBeGreaterThan(1e-3);
  });

  it("synthId: z grows with the length of the text, and only its own keys find it", () => {
    const params = { synthIdKeys: Array.from({ length: 20 }, (_, i) => 7919 * i + 3).join() };
    const ids = write(2, 400, (row, history) => synthId.apply(row, params, { history, promptLength: 0 }));
    const z = [50, 100, 200, 400].map((length) => detectSynthId(ids.slice(0, length), params).z);
    for (let i = 1; i < z.length; i++) expect(z[i]!).toBeGreaterThan(z[i - 1]!);
    expect(detectSynthId(ids, params).p).toBeLessThan(1e-9);
    expect(detectSynthId(ids, { synthIdKeys: "5,6,7,8,9" }).p).toBeGreaterThan(1e-3);
  });
});
