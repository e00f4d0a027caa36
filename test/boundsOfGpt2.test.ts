import { existsSync, readFileSync } from "node:fs";
import {
  entropyBounds,
  type Interval,
  minPCountBounds,
  perplexityBounds,
  probabilityBounds,
  topKMassBounds,
  topPSizeBounds,
} from "logits/bounds";
import { describe, expect, it } from "vitest";
import { fullOf } from "../src/bounds/completions.fixture.js";
import { shared } from "./support/sharedData.js";

const path = shared("language-models/gpt2-next-token-logits.npy");
const vocabulary = 50_257;

function rows(): Float32Array[] {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  return [0, 1, 2].map((row) => values.subarray(row * vocabulary, (row + 1) * vocabulary));
}

// The scores lie beside a checkout, when they do: three prompts, all 50,257 logits of GPT-2.
describe.skipIf(!existsSync(path))("top-k lists of GPT-2 (skipped where the shared data are not at hand)", () => {
  const all = existsSync(path) ? rows() : [];
  const settings = [1, 5, 20, 100].flatMap((k) => [0.3, 0.7, 1, 1.5, 2].map((temperature) => ({ k, temperature })));

  it.each(settings)("k $k at T $temperature contains the values of the whole vocabulary", ({ k, temperature }) => {
    const at = { temperature };
    for (const [row, logits] of all.entries()) {
      const full = fullOf(logits);
      for (const known of [vocabulary, undefined]) {
        const list = { logprobs: full.logprobs.subarray(0, k), ...(known ? { vocabulary: known } : {}) };
        const contains = ({ lo, hi }: Interval, truth: number, what: string): void => {
          expect(lo, `${what} of row ${row}`).toBeLessThanOrEqual(truth * (1 + 1e-9));
          expect(hi, `${what} of row ${row}`).toBeGreaterThanOrEqual(truth * (1 - 1e-9));
        };
        contains(entropyBounds(list, at), full.entropy(temperature), "entropy");
        contains(perplexityBounds(list, at), Math.exp(full.entropy(temperature)), "perplexity");
        for (let i = 0; i < k; i += 7)
          contains(probabilityBounds(list, i, at), full.probability(i, temperature), `probability of token ${i}`);
        for (const p of [0.1, 0.5, 0.8, 0.9, 0.95, 0.99])
          contains(topPSizeBounds(list, p, at), full.topPSize(p, temperature), `top-p ${p}`);
        for (const m of [0.5, 0.1, 0.02])
          contains(minPCountBounds(list, m, at), full.minPCount(m, temperature), `min-p ${m}`);
        for (const n of [1, 10, 50]) contains(topKMassBounds(list, n, at), full.topKMass(n, temperature), `top ${n}`);
      }
    }
  });

  it("a list at T 1.5 of its own contains them too", () => {
    for (const logits of all) {
      const full = fullOf(logits.map((z) => z / 1.5));
      const list = { logprobs: full.logprobs.subarray(0, 20), vocabulary };
      const { lo, hi } = entropyBounds(list);
      const truth = full.entropy(1);
      expect(lo).toBeLessThanOrEqual(truth);
      expect(hi).toBeGreaterThanOrEqual(truth);
      expect(hi - lo).toBeLessThan(7);
    }
  });

  it.each([2, 3, 4, 6])(
    "values written with %i decimals contain the truth when their error is declared",
    (decimals) => {
      for (const logits of all) {
        const full = fullOf(logits);
        const written = full.logprobs.subarray(0, 20).map((l) => Number(l.toFixed(decimals)));
        const list = { logprobs: written, vocabulary, error: 0.5 * 10 ** -decimals };
        for (const temperature of [0.5, 1, 1.5]) {
          const at = { temperature };
          for (const [bounds, truth] of [
            [entropyBounds(list, at), full.entropy(temperature)],
            [probabilityBounds(list, 3, at), full.probability(3, temperature)],
            [topPSizeBounds(list, 0.8, at), full.topPSize(0.8, temperature)],
          ] as const) {
            expect(bounds.lo).toBeLessThanOrEqual(truth);
            expect(bounds.hi).toBeGreaterThanOrEqual(truth);
          }
        }
      }
    },
  );
});
