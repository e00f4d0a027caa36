// Tables of samplers: one row, some values, and the fractions that are left of it.
import { expect, it } from "vitest";
import type { Params, SampleContext, Sampler } from "../../src/core/index.js";

/** What it does in a sentence; probabilities by id, 0 for a removed token; values; the probabilities after it; what it knows besides. */
export type ProbabilityRow = [
  title: string,
  before: readonly number[],
  params: Params,
  after: readonly number[],
  context?: Partial<SampleContext>,
];

/** The same with scores, compared as they are. */
export type ScoreRow = ProbabilityRow;

const removed = -Infinity;

/** softmax of the row after a sampler, beside the fractions that explain it; what must be removed is removed. */
export function probabilityTable(sampler: Sampler, rows: readonly ProbabilityRow[]): void {
  it.each(rows)(`${sampler.name} %s`, (_, before, params, after, context) => {
    const scores = Float64Array.from(before, (p) => Math.log(p));
    const row = sampler.apply(scores, params, context);
    const weights = Array.from(row, (score) => Math.exp(score - Math.max(...row)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(Array.from(row, (score) => score > removed)).toEqual(after.map((p) => p > 0));
    for (const [id, p] of after.entries()) expect(weights[id]! / total, `token ${id}`).toBeCloseTo(p, 12);
  });
}

export function scoreTable(sampler: Sampler, rows: readonly ScoreRow[]): void {
  it.each(rows)(`${sampler.name} %s`, (_, before, params, after, context) => {
    const row = sampler.apply(Float64Array.from(before), params, context);
    expect(Array.from(row, (score) => score > removed)).toEqual(after.map((score) => score > removed));
    for (const [id, score] of after.entries())
      if (score > removed) expect(row[id]!, `token ${id}`).toBeCloseTo(score, 12);
  });
}

/** Values that are refused, and the message. */
export function refusals(sampler: Sampler, rows: readonly [Params, string, Partial<SampleContext>?][]): void {
  it.each(rows)(`${sampler.name} refuses %j`, (params, message, context) => {
    expect(() => sampler.apply(Float64Array.of(1, 2, 3), params, context)).toThrow(message);
  });
}
