import { contrastive, dola, guidance, kgw, lzPenalty, mask, maskOf, synthId } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params, SampleContext, Sampler } from "../core/index.js";
import { probabilitiesOf } from "./row.js";

const off = -Infinity;
const row = Float64Array.from({ length: 40 }, (_, id) => (id % 9 === 4 ? off : 3 * Math.sin(id)));
const context: Partial<SampleContext> = {
  other: Float64Array.from({ length: 40 }, (_, id) => 2 * Math.cos(id)),
  mask: maskOf(40, (id) => id % 3 > 0),
  history: [3, 1, 2, 3, 1, 2, 3, 1],
  promptLength: 0,
};
const cases: [string, Sampler, Params, Params][] = [
  ["guidance", guidance, { guidanceScale: 2 }, { guidanceScale: 1 }],
  ["guidance of logits", guidance, { guidanceScale: 2, guidanceScores: "logits" }, { guidanceScale: 1 }],
  ["contrastive, difference", contrastive, { contrastive: "difference" }, { contrastive: "off" }],
  ["contrastive, weighted", contrastive, { contrastive: "weighted" }, { contrastive: "off" }],
  ["dola", dola, { dola: true }, { dola: false }],
  ["lzPenalty", lzPenalty, { lzPenalty: 0.2, lzBuffer: 2 }, { lzPenalty: 0 }],
  ["mask", mask, { mask: true }, { mask: false }],
  ["kgw", kgw, { kgwDelta: 2 }, { kgwDelta: 0 }],
  ["kgw, self", kgw, { kgwDelta: 2, kgwSeeding: "self", kgwContext: 3 }, { kgwDelta: 0 }],
  ["synthId", synthId, { synthIdKeys: "1,22,333", synthIdHistory: 0 }, { synthIdKeys: "" }],
];

describe.each(cases)("%s", (_, sampler, params, noop) => {
  it("leaves its input as it is and writes where it is told", () => {
    const before = row.slice();
    const out = new Float64Array(40);
    expect(sampler.apply(row, params, context, out)).toBe(out);
    expect(row).toEqual(before);
    expect(out).not.toEqual(row);
    expect(sampler.apply(row.slice(), params, context)).toEqual(out);
  });

  it("brings no removed token back", () => {
    const found = sampler.apply(row, params, context);
    for (let id = 0; id < 40; id++) if (row[id] === off) expect(found[id]).toBe(off);
  });

  it("does not see a constant added to the row", () => {
    const plain = probabilitiesOf(sampler.apply(row, params, context));
    const moved = probabilitiesOf(
      sampler.apply(
        row.map((score) => score + 100),
        params,
        context,
      ),
    );
    for (let id = 0; id < 40; id++) expect(moved[id]).toBeCloseTo(plain[id]!, 12);
  });

  it("takes f32 as it takes f64", () => {
    const single = Float32Array.from(row);
    expect(sampler.apply(single, params, context)).toEqual(sampler.apply(Float64Array.from(single), params, context));
  });

  it("changes nothing at its no-op value, nor by default", () => {
    expect(sampler.apply(row, noop)).toEqual(row);
    expect(sampler.apply(row)).toEqual(row);
  });

  it.each([NaN, Infinity])("names the column of %s", (score) => {
    const broken = row.map((old, id) => (id === 7 ? score : old));
    expect(() => sampler.apply(broken, params, context)).toThrow(
      `the score of token 7 must be finite or -Infinity, got ${score}`,
    );
  });
});
