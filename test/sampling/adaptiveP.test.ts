// A long run of llama.cpp's adaptive-p, repeated with the tokens that it drew: what is remembered and what becomes of a row at every step.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { acceptToken, runChain, sample, samplers, settingsChain } from "../../src/sample/index.js";

interface Run {
  name: string;
  settings: Record<string, number>;
  /** Mean probability of what llama.cpp drew. */
  mean: number;
  picked: number[];
  weightedSum: number[];
  logits: [number, ...[number, number][]][];
}

const file = new URL("../golden/sampling/adaptive-p.json", import.meta.url);
const runs = (JSON.parse(readFileSync(file, "utf8")) as { cases: Run[] }).cases;
const rows = [0, 1, 2, 3, 4].map((kind) =>
  Float32Array.from({ length: 40 }, (_, id) => -(0.3 + 0.2 * kind) * ((id * 7 + kind) % 40)),
);
const rowAt = (step: number): Float32Array => rows[(step * 7) % 5]!;

describe.each(runs.map((one) => [one.name, one] as const))(
  "%s",
  (_, { settings, mean, picked, weightedSum, logits }) => {
    const chain = settingsChain(samplers, settings);

    it("remembers what llama.cpp remembers, and makes the same of a row", () => {
      const state: Record<string, Record<string, number>> = {};
      const theirs = new Map(logits.map(([step, ...pairs]) => [step, pairs]));
      let [moved, apart] = [0, 0];
      for (const [step, token] of picked.entries()) {
        const pairs = theirs.get(step);
        if (pairs) {
          const row = runChain(rowAt(step), chain, { state });
          expect([...row.keys()].filter((id) => row[id]! > -Infinity)).toEqual(pairs.map(([id]) => id));
          for (const [id, score] of pairs) moved = Math.max(moved, Math.abs(row[id]! - score));
        }
        acceptToken(token, rowAt(step), chain, { state, seed: 0, step });
        apart = Math.max(apart, Math.abs(state["1"]!["sum"]! - weightedSum[step]!) / weightedSum[step]!);
      }
      expect(theirs.size).toBe(20);
      // With decay 0.99 their f32 sum of a hundred weights is off by 1e-6 of it, which is 1.2e-5 of a score.
      expect(moved).toBeLessThan(settings["adaptiveDecay"] === 0.99 ? 2e-5 : 1e-5);
      expect(apart).toBeLessThan(2e-6);
    });

    it("stays as far below its target as llama.cpp does, with dice of its own", () => {
      const state: Record<string, Record<string, number>> = {};
      let sum = 0;
      for (let step = 0; step < picked.length; step++) {
        const row = rowAt(step);
        const before = runChain(row, settingsChain(samplers, { minP: settings["minP"]! }));
        const { token } = sample(row, { chain, context: { state }, seed: 3, step, top: 0 });
        acceptToken(token, row, chain, { state, seed: 3, step });
        sum += Math.exp(before[token]!) / before.reduce((mass, score) => mass + Math.exp(score), 0);
      }
      expect(Math.abs(sum / picked.length - mean)).toBeLessThan(0.008);
    });
  },
);
