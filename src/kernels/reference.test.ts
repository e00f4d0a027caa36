import { describe, expect, it } from "vitest";
import { nllSums, type RowStats, rowStats, softmaxRows } from "./reference.js";

const stats = (values: Float64Array, classes: number): RowStats => {
  const rows = values.length / classes;
  const out: RowStats = {
    argmax: new Int32Array(rows),
    tie: new Uint8Array(rows),
    max: new Float64Array(rows),
    rest: new Float64Array(rows),
  };
  rowStats(values, rows, classes, 1, out);
  return out;
};

describe("softmaxRows", () => {
  it.each([
    ["far above what exp can take", [1000, 999, 998]],
    ["far below: the scores of a language model", [-1000, -1001, -1002]],
    ["where a small shift decides", [0, -1, -2]],
  ])("subtracts the maximum: %s", (_, row) => {
    const out = new Float64Array(3);
    softmaxRows(Float64Array.from(row), 1, 3, out);
    const total = 1 + Math.exp(-1) + Math.exp(-2);
    [1, Math.exp(-1), Math.exp(-2)].forEach((e, k) => expect(out[k]).toBeCloseTo(e / total, 15));
  });

  it("gives a masked class exactly 0, and NaN where a row has no probabilities", () => {
    const out = new Float64Array(6);
    softmaxRows(Float64Array.of(0, -Infinity, -Infinity, -Infinity), 2, 2, out);
    expect([...out.subarray(0, 2)]).toEqual([1, 0]);
    expect(out[2]).toBeNaN();
  });
});

describe("rowStats", () => {
  it("keeps the others apart from the winner, at any offset", () => {
    for (const shift of [0, 1000, -1000]) {
      const { argmax, tie, max, rest } = stats(Float64Array.of(shift + 2, shift, shift - 1), 3);
      expect([argmax[0], tie[0], max[0]]).toEqual([0, 0, shift + 2]);
      expect(rest[0]).toBeCloseTo(Math.exp(-2) + Math.exp(-3), 15);
    }
  });

  it("keeps what 1 − p would lose", () =>
    expect(-Math.log(stats(Float64Array.of(60, 0), 2).rest[0]!)).toBeCloseTo(60, 10));

  it.each([
    ["a tie goes to the lowest index", [1, 3, 3], 1, 1],
    ["a tie below the winner is none", [3, 1, 1], 0, 0],
  ])("%s", (_, row, argmax, tie) => {
    const found = stats(Float64Array.from(row), row.length);
    expect([found.argmax[0], found.tie[0]]).toEqual([argmax, tie]);
  });

  it.each([[[NaN, 1]], [[1, NaN]], [[Infinity, 1]], [[-Infinity, -Infinity]]])("%j is said to be nothing", (row) => {
    expect(stats(Float64Array.from(row), 2).rest[0]).toBeNaN();
  });
});

describe("nllSums", () => {
  const values = Float64Array.of(2, -1, 0.5, 1000, 999, -1000);
  const labels = Int32Array.of(2, 1);

  it("is the loss, at any offset of a row", () => {
    const lse = Math.log(Math.exp(2) + Math.exp(-1) + Math.exp(0.5));
    expect(nllSums(values, labels, 2, 3, 1).nll).toBeCloseTo(lse - 0.5 + 1 + Math.log1p(Math.exp(-1)), 12);
  });

  it.each([0.3, 1, 2.5])("has its derivatives in β by central differences at β = %d", (beta) => {
    const h = 1e-4;
    const at = (b: number): number => nllSums(values, labels, 2, 3, b).nll;
    const { gradient, hessian } = nllSums(values, labels, 2, 3, beta);
    expect(gradient).toBeCloseTo((at(beta + h) - at(beta - h)) / (2 * h), 6);
    expect(hessian).toBeCloseTo((at(beta + h) - 2 * at(beta) + at(beta - h)) / h ** 2, 4);
  });

  it("of a masked true label is infinite", () => {
    expect(nllSums(Float64Array.of(1, -Infinity), Int32Array.of(1), 1, 2, 1).nll).toBe(Infinity);
  });
});
