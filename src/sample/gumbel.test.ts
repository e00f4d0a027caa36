import { gumbelNoise, gumbelToken } from "logits/sample";
import { describe, expect, it } from "vitest";

const off = -Infinity;
const row = Float64Array.from({ length: 50 }, (_, id) => Math.sin(7 * id) * 3);

describe("gumbelToken", () => {
  it("removing any tokens but the drawn one never changes the draw", () => {
    for (let step = 0; step < 200; step++) {
      const token = gumbelToken(row, { seed: 3, step });
      const fewer = row.map((score, id) => (id === token || id % 3 === step % 3 ? score : off));
      expect(gumbelToken(fewer, { seed: 3, step })).toBe(token);
    }
  });

  it("removing the drawn one gives the second, and the order of all is one draw without replacement", () => {
    const left = row.slice();
    const ranked = [...row.keys()].sort(
      (a, b) => row[b]! + gumbelNoise({ seed: 1 }, b) - row[a]! - gumbelNoise({ seed: 1 }, a),
    );
    for (const expected of ranked) {
      const token = gumbelToken(left, { seed: 1 });
      expect(token).toBe(expected);
      left[token] = off;
    }
  });

  it("the same key gives the same token, another seed, sequence or step others", () => {
    const draws = (key: object): string =>
      Array.from({ length: 30 }, (_, step) => gumbelToken(row, { seed: 5, step, ...key })).join();
    expect(draws({})).toBe(draws({ sequence: 0 }));
    expect(new Set([draws({}), draws({ seed: 6 }), draws({ sequence: 1 })]).size).toBe(3);
  });

  it("a sure token is drawn, a removed one never", () => {
    expect(gumbelToken(Float64Array.of(off, 0, off), { seed: 1 })).toBe(1);
    expect(gumbelToken(Float64Array.of(0, 800), { seed: 1 })).toBe(1);
    expect(() => gumbelToken(Float64Array.of(off), { seed: 1 })).toThrow("Cannot draw: a token must be left, got none");
  });

  it("noise has the mean (Euler's constant) and the variance (π²/6) of a Gumbel variable", () => {
    const n = 20_000;
    const noise = Float64Array.from({ length: n }, (_, id) => gumbelNoise({ seed: 9 }, id));
    const mean = noise.reduce((sum, g) => sum + g, 0) / n;
    const variance = noise.reduce((sum, g) => sum + (g - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 0.5772156649)).toBeLessThan(4 * Math.sqrt(1.6449 / n));
    expect(Math.abs(variance - Math.PI ** 2 / 6)).toBeLessThan(0.1);
  });
});
