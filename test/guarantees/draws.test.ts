import { drawToken, gumbelToken, verifyDraft } from "logits/sample";
import { describe, expect, it } from "vitest";
import { uniform } from "../../src/core/rng.js";
import { goodnessOfFit } from "../support/goodnessOfFit.js";

const draws = 40_000;
const softmax = (row: Float64Array): Float64Array => {
  const p = row.map(Math.exp);
  const sum = p.reduce((total, value) => total + value, 0);
  return p.map((value) => value / sum);
};
const rowOf = (seed: number, tokens: number, spread: number): Float64Array =>
  Float64Array.from({ length: tokens }, (_, id) => spread * uniform(seed, "simulation", id));

describe("draws have the distribution they are drawn from (seeded; a right one fails once in a thousand)", () => {
  const row = rowOf(1, 12, 4);
  row[5] = -Infinity;
  it.each([
    ["Gumbel-max", gumbelToken],
    ["inverse distribution", drawToken],
  ])("%s", (_, draw) => {
    const counts = new Float64Array(12);
    for (let step = 0; step < draws; step++) counts[draw(row, { seed: 8, step })]!++;
    expect(goodnessOfFit(counts, softmax(row)).p).toBeGreaterThan(1e-3);
  });

  it("the two draws of one key are independent: how often they agree is Σ p²", () => {
    const p = softmax(row);
    let agree = 0;
    for (let step = 0; step < draws; step++)
      if (gumbelToken(row, { seed: 8, step }) === drawToken(row, { seed: 8, step })) agree++;
    const same = p.reduce((sum, value) => sum + value * value, 0);
    expect(goodnessOfFit([agree, draws - agree], [same, 1 - same]).p).toBeGreaterThan(1e-3);
  });

  it("of two close rows, Gumbel draws with one key agree at least as often as (1 − TV)/(1 + TV)", () => {
    const near = row.map((score, id) => score + 0.2 * Math.sin(id));
    const [p, q] = [softmax(row), softmax(near)];
    const variation = p.reduce((sum, value, id) => sum + Math.abs(value - q[id]!), 0) / 2;
    let agree = 0;
    for (let step = 0; step < 5000; step++)
      if (gumbelToken(row, { seed: 2, step }) === gumbelToken(near, { seed: 2, step })) agree++;
    expect(agree / 5000).toBeGreaterThan((1 - variation) / (1 + variation) - 0.02);
  });
});

describe("a verified draft has the distribution of the model (seeded)", () => {
  const tokens = 5;
  // Rows of the model and of the draft after no token, and after each.
  const model = Array.from({ length: tokens + 1 }, (_, i) => rowOf(10 + i, tokens, 3));
  const draft = Array.from({ length: tokens + 1 }, (_, i) => rowOf(30 + i, tokens, 3));
  model[2]![1] = -Infinity;
  draft[0]![4] = -Infinity;
  const at = (rows: Float64Array[], ids: readonly number[]): Float64Array => rows[(ids.at(-1) ?? -1) + 1]!;

  /** Texts of three tokens, written two drafted tokens at a time with one and the same key everywhere. */
  function write(seed: number, step: number): number[] {
    const text: number[] = [];
    while (text.length < 3) {
      const key = { seed, sequence: step, step: text.length };
      const drafted: number[] = [];
      for (let i = 0; i < 2; i++)
        drafted.push(drawToken(at(draft, [...text, ...drafted]), { ...key, step: key.step + i }));
      const { tokens: more } = verifyDraft({
        ...key,
        drafted,
        draft: drafted.map((_, i) => at(draft, [...text, ...drafted.slice(0, i)])),
        target: [0, 1, 2].map((i) => at(model, [...text, ...drafted.slice(0, i)])),
      });
      text.push(...more);
    }
    return text.slice(0, 3);
  }

  it("all 125 texts of three tokens come as often as they should, though draft and check share a key", () => {
    const counts = new Float64Array(tokens ** 3);
    for (let step = 0; step < draws; step++) {
      const [a, b, c] = write(4, step) as [number, number, number];
      counts[(a * tokens + b) * tokens + c]!++;
    }
    const first = softmax(model[0]!);
    const after = model.slice(1).map(softmax);
    const expected = counts.map((_, i) => {
      const [a, b, c] = [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5] as [number, number, number];
      return first[a]! * after[a]![b]! * after[b]![c]!;
    });
    expect(goodnessOfFit(counts, expected).p).toBeGreaterThan(1e-3);
  });

  it("a draft token stays with probability 1 − TV(p, q)", () => {
    const [p, q] = [softmax(model[0]!), softmax(draft[0]!)];
    const stays = 1 - p.reduce((sum, value, id) => sum + Math.abs(value - q[id]!), 0) / 2;
    let accepted = 0;
    for (let step = 0; step < draws; step++) {
      const drafted = [drawToken(draft[0]!, { seed: 6, step })];
      accepted += verifyDraft({ seed: 6, step, drafted, draft: [draft[0]!], target: [model[0]!, model[1]!] }).accepted;
    }
    expect(goodnessOfFit([accepted, draws - accepted], [stays, 1 - stays]).p).toBeGreaterThan(1e-3);
  });
});
