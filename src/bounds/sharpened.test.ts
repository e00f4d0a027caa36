import { entropyBounds, topPSizeBounds } from "logits/bounds";
import { describe, expect, it } from "vitest";
import { fullOf, randomScores } from "./completions.fixture.js";

/** Completions of three levels: a unseen tokens at the cap, b at some level, the rest even. The extremes have this form. */
function* levels(listed: Float64Array, others: number): Generator<Float64Array> {
  const p = listed.map(Math.exp);
  const cap = p.at(-1)!;
  const mass = 1 - p.reduce((sum, each) => sum + each, 0);
  for (let a = 0; a <= Math.min(others, Math.floor(mass / cap)); a++) {
    const left = Math.max(0, mass - a * cap);
    for (let b = 0; b <= others - a; b++) {
      const rest = others - a - b;
      for (const part of b === 0 ? [0] : rest === 0 ? [1] : [0, 0.25, 0.5, 0.75, 0.95, 1]) {
        const [y, x] = [b > 0 ? (left * part) / b : 0, rest > 0 ? (left * (1 - part)) / rest : 0];
        if (Math.max(x, y) > cap || (rest === 0 && b === 0 && left > 1e-12)) continue;
        const unseen = new Float64Array(others)
          .fill(x)
          .fill(cap, 0, a)
          .fill(y, a, a + b);
        yield Float64Array.from([...p, ...unseen], Math.log);
      }
    }
  }
}

describe("bounds at T < 1, where counts are let be real numbers", () => {
  const cases = Array.from({ length: 24 }, (_, seed) => ({
    seed,
    size: [4, 7, 12, 30][seed % 4]!,
    share: [0.2, 0.5][seed % 2]!,
  }));

  it.each(cases)("no completion lies outside, and some come near: seed $seed", ({ seed, size, share }) => {
    const full = fullOf(randomScores(seed, size));
    const k = Math.max(1, Math.round(size * share));
    const logprobs = full.logprobs.subarray(0, k);
    const list = { logprobs, vocabulary: size };
    const all = [...levels(logprobs, size - k)].map(fullOf);
    for (const temperature of [0.2, 0.5, 0.8, 0.95, 1, 1.3, 3]) {
      const { lo, hi, unseen } = entropyBounds(list, { temperature });
      const entropies = all.map((one) => one.entropy(temperature));
      const [least, most] = [Math.min(...entropies), Math.max(...entropies)];
      expect(lo).toBeLessThanOrEqual(least + 1e-9);
      expect(hi).toBeGreaterThanOrEqual(most - 1e-9);
      if (unseen < 1e-6) continue;
      // What half a token more or less would change; nothing from T = 1 on.
      const near = temperature < 1 ? 0.1 : 1e-8;
      expect(least - lo).toBeLessThan(near);
      expect(most === hi ? 0 : hi - most).toBeLessThan(near);
      for (const p of [0.5, 0.9]) {
        const bounds = topPSizeBounds(list, p, { temperature });
        const [above, below] = [1e-11, -1e-11].map((by) => all.map((one) => one.topPSize(p + by, temperature)));
        expect(bounds.lo).toBeLessThanOrEqual(Math.min(...above!));
        expect(bounds.hi).toBeGreaterThanOrEqual(Math.max(...below!));
        expect(Math.min(...below!) - bounds.lo).toBeLessThanOrEqual(1);
        expect(bounds.hi - Math.max(...above!)).toBeLessThanOrEqual(1);
      }
    }
  });
});
