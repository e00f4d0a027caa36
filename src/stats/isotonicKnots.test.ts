import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isotonicKnots } from "./isotonicKnots.js";
import { pooledAdjacentViolators } from "./pav.js";

/** The same by the plain route: sort, one point a score, pool, ends of blocks. */
function plainKnots(scores: Float32Array, labels: number[]): { x: number[]; y: number[] } {
  const points = [...new Set(Array.from(scores, (score) => score + 0))].sort((a, b) => a - b);
  const weights = points.map((point) => scores.filter((score) => score === point).length);
  const hits = points.map((point) => labels.filter((label, i) => label === 1 && scores[i] === point).length);
  const { end, mean } = pooledAdjacentViolators(
    hits.map((hit, i) => hit / weights[i]!),
    weights,
  );
  const knots: [number, number][] = [];
  for (let block = 0, start = 0; block < end.length; start = end[block++]!) {
    const ends = new Set([points[start]!, points[end[block]! - 1]!]);
    for (const x of ends) knots.push([x, mean[block]!]);
  }
  return { x: knots.map(([x]) => x), y: knots.map(([, y]) => y) };
}

describe("isotonicKnots", () => {
  // X_thresholds_ and y_thresholds_ of sklearn.isotonic.IsotonicRegression (1.9.1), duplicates removed
  it.each([
    ["a clean split is two blocks", [1, 2, 3, 4], [0, 0, 1, 1], [1, 2, 3, 4], [0, 0, 1, 1]],
    ["all the wrong way round is one block", [1, 2, 3, 4], [1, 1, 0, 0], [1, 4], [0.5, 0.5]],
    ["equal scores are one point", [1, 2, 2, 2, 3], [0, 1, 0, 1, 1], [1, 2, 3], [0, 2 / 3, 1]],
    ["one violation pools two", [-2, -1, 0, 1], [0, 1, 0, 1], [-2, -1, 0, 1], [0, 0.5, 0.5, 1]],
    ["one outcome is one knot", [7], [1], [7], [1]],
    ["minus zero is zero", [-0, 0, 1], [1, 0, 1], [0, 1], [0.5, 1]],
    ["nothing gives nothing", [], [], [], []],
  ])("%s", (_, scores, labels, x, y) => {
    expect(isotonicKnots(Float32Array.from(scores), labels, 1)).toEqual({ x, y });
  });

  it("is what sorting and pooling give, for scores of both signs, with ties", () => {
    // 1.5 and 3 with the opposite sign have almost complementary bits: neighbours that only look alike.
    const score = fc.oneof(
      fc.integer({ min: -4, max: 4 }),
      fc.constantFrom(0.1, -0.1, -1.5, Math.fround(2.9999998), 3e38, -3e38, 1e-45, -1e-45, Infinity, -Infinity),
    );
    const outcome = fc.tuple(score, fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 50 }), (outcomes) => {
        const scores = Float32Array.from(outcomes, ([value]) => value);
        const labels = outcomes.map(([, label]) => label);
        const { x, y } = isotonicKnots(scores, labels, 1);
        const plain = plainKnots(scores, labels);
        expect(x).toEqual(plain.x);
        y.forEach((level, i) => expect(level).toBeCloseTo(plain.y[i]!, 12));
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves its input alone and knows any class by its number", () => {
    const scores = Float32Array.of(3, -1, 2);
    const labels = Int32Array.of(7, 0, 3);
    expect(isotonicKnots(scores, labels, 7)).toEqual({ x: [-1, 2, 3], y: [0, 0, 1] });
    expect([...scores, ...labels]).toEqual([3, -1, 2, 7, 0, 3]);
  });
});
