import { type BeamModel, beamSearch, type BeamOptions } from "logits/sample";
import { describe, expect, it } from "vitest";
import { uniform } from "../../core/rng.js";
import { golden } from "../../../test/support/golden.js";

interface Case extends Omit<BeamOptions, "maxTokens"> {
  prompt: number[];
  texts: number[][];
  scores: number[];
}
interface Table {
  vocabulary: number;
  maxTokens: number;
  table: number[];
  cases: Case[];
}

/** Scores by the last two tokens. */
function tableModel({ vocabulary, table }: Omit<Table, "cases" | "maxTokens">): BeamModel {
  const values = Float64Array.from(table);
  return {
    next: async (ids) => {
      const at = (ids.at(-2) ?? 0) * vocabulary + ids.at(-1)!;
      return values.slice(at * vocabulary, (at + 1) * vocabulary);
    },
  };
}

const { beam: plain } = golden<{ beam: Table }>("guide");
const { beam: grouped } = golden<{ beam: Table }>("guide_groups");

describe("beamSearch finds the texts and scores of transformers", () => {
  it.each(plain.cases)("beams $beams, α $lengthPenalty, early $earlyStopping, eos $eos, after $prompt", async (one) => {
    const found = await beamSearch(tableModel(plain), one.prompt, { ...one, maxTokens: plain.maxTokens });
    expect(found.map(({ ids }) => ids)).toEqual(one.texts);
    one.scores.forEach((score, i) => expect(found[i]!.score).toBeCloseTo(score, 4));
  });

  it.each(grouped.cases)("groups $groups of $beams, λ $diversity, α $lengthPenalty, after $prompt", async (one) => {
    const found = await beamSearch(tableModel(grouped), one.prompt, { ...one, maxTokens: grouped.maxTokens });
    expect(found.map(({ ids }) => ids)).toEqual(one.texts);
    one.scores.forEach((score, i) => expect(found[i]!.score).toBeCloseTo(score, 4));
  });
});

const small = {
  vocabulary: 4,
  table: Array.from({ length: 64 }, (_, i) => 4 * uniform(3, "simulation", i)),
};

describe("beamSearch", () => {
  it("with enough beams finds the best of all texts", async () => {
    const model = tableModel(small);
    const all: { ids: number[]; logprob: number }[] = [];
    const grow = async (ids: number[], logprob: number): Promise<void> => {
      if (ids.length === 5 || ids.at(-1) === 0) return void all.push({ ids, logprob });
      const row = Float64Array.from(await model.next([1, ...ids]));
      const mass = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
      for (let id = 0; id < 4; id++) await grow([...ids, id], logprob + row[id]! - mass);
    };
    await grow([], 0);
    const best = all.sort((a, b) => b.logprob - a.logprob).slice(0, 5);
    const found = await beamSearch(model, [1], {
      beams: 300,
      maxTokens: 5,
      eos: [0],
      lengthPenalty: 0,
      earlyStopping: "never",
    });
    expect(found.slice(0, 5).map(({ ids }) => ids)).toEqual(best.map(({ ids }) => ids));
    best.forEach(({ logprob }, i) => expect(found[i]!.logprob).toBeCloseTo(logprob, 12));
    expect(found.find(({ ids }) => ids.at(-1) === 0)!.ended).toBe(true);
  });

  it("one beam is the greedy text", async () => {
    const model = tableModel(small);
    const ids = [2];
    for (let i = 0; i < 6; i++) {
      const row = await model.next(ids);
      ids.push(row.indexOf(Math.max(...row)));
    }
    const found = await beamSearch(model, [2], { beams: 1, maxTokens: 6, eos: [] });
    expect(found.map((text) => text.ids)).toEqual([ids.slice(1)]);
  });

  it("equal scores go by beam, then by id", async () => {
    const flat: BeamModel = { next: async () => new Float64Array(3) };
    const found = await beamSearch(flat, [], { beams: 2, maxTokens: 2 });
    expect(found.map(({ ids }) => ids)).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it("a mask removes tokens on the way, and the rest is not normalised again", async () => {
    const flat: BeamModel = { next: async () => new Float64Array(4) };
    const [best] = await beamSearch(flat, [], {
      beams: 2,
      maxTokens: 3,
      change: (logprobs, ids) => logprobs.fill(-Infinity, 0, ids.length + 1),
    });
    expect(best).toMatchObject({ ids: [1, 2, 3], ended: false, group: 0 });
    expect(best!.logprob).toBeCloseTo(3 * Math.log(1 / 4), 12);
  });

  it("diversity that counts once does not stay in the score", async () => {
    const flat: BeamModel = { next: async () => Float64Array.of(1, 0, -9) };
    const options: BeamOptions = { beams: 2, groups: 2, diversity: 0.5, maxTokens: 2, lengthPenalty: 0 };
    const kept = (await beamSearch(flat, [], options)).find(({ group }) => group === 1)!;
    const once = (await beamSearch(flat, [], { ...options, diversityLoss: "once" })).find(({ group }) => group === 1)!;
    expect(kept.ids).toEqual([0, 0]);
    expect(kept.score).toBeCloseTo(kept.logprob - 1, 12);
    expect(once.score).toBeCloseTo(once.logprob, 12);
  });

  it("without diversity every group finds the same, with much of it no first token twice", async () => {
    const options: BeamOptions = { beams: 3, groups: 3, maxTokens: 1 };
    const same = await beamSearch(tableModel(small), [1], options);
    expect(new Set(same.map(({ ids }) => ids[0])).size).toBe(1);
    const apart = await beamSearch(tableModel(small), [1], { ...options, diversity: 100 });
    expect(new Set(apart.map(({ ids }) => ids[0])).size).toBe(3);
  });

  it.each([
    [{ beams: 0, maxTokens: 1 }, "Cannot run beam search: beams must be an integer ≥ 1, got 0"],
    [{ beams: 3, groups: 2, maxTokens: 1 }, "Cannot run beam search: groups must divide 3 beams, got 2"],
    [{ beams: 1, maxTokens: 0 }, "Cannot run beam search: maxTokens must be an integer ≥ 1, got 0"],
    [{ beams: 1, maxTokens: 1, diversity: -1 }, "Cannot run beam search: diversity must be a number ≥ 0, got -1"],
  ])("refuses %o", async (options, message) => {
    await expect(beamSearch(tableModel(small), [1], options)).rejects.toThrow(message);
  });
});
