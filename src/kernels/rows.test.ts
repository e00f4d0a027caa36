import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasWasm } from "./arena.js";
import { alloc, nllSums, type RowStats, rowStats, softmaxRows, useImplementation } from "./index.js";
import * as reference from "./reference.js";
import { labelsFor, shapes, tables } from "./tables.fixture.js";

beforeEach(() => useImplementation("wasm"));
afterEach(() => useImplementation());

const emptyStats = (rows: number): RowStats => ({
  argmax: new Int32Array(rows),
  tie: new Uint8Array(rows),
  max: new Float64Array(rows),
  rest: new Float64Array(rows),
});

/** The same numbers where kernels find them, and where they must be copied from: off any alignment. */
function placements(values: Float32Array, rows: number, classes: number): [string, Float32Array][] {
  const own = alloc(rows, classes);
  own.set(values);
  const odd = new Float32Array(values.length + 3).subarray(3);
  odd.set(values);
  return [
    ["outside", odd],
    ["in kernel memory", own],
  ];
}

function worst(ours: ArrayLike<number>, theirs: ArrayLike<number>, error: (a: number, b: number) => number): number {
  let largest = 0;
  for (let i = 0; i < theirs.length; i++) {
    const e = Object.is(ours[i], theirs[i]) ? 0 : error(ours[i]!, theirs[i]!);
    if (!(e <= largest)) largest = e;
  }
  return largest;
}
const relative = (a: number, b: number): number => Math.abs(a / b - 1);

it("the kernels are tested here, not their fallback", () => expect(hasWasm()).toBe(true));

describe.each(tables)("rows of $name", ({ make }) => {
  it.each(shapes)("%i × %i: statistics, losses and probabilities are the reference's", (rows, classes) => {
    const values = make(rows, classes);
    const labels = labelsFor(rows, classes);
    const betas = [1, 0.37, 2.5];
    const expected = betas.map((beta) => {
      const stats = emptyStats(rows);
      reference.rowStats(values, rows, classes, beta, stats);
      return stats;
    });
    const probabilities = new Float64Array(values.length);
    reference.softmaxRows(values, rows, classes, probabilities);
    for (const [where, given] of placements(values, rows, classes)) {
      const before = given.slice();
      for (const [i, beta] of betas.entries()) {
        const stats = emptyStats(rows);
        const wanted = expected[i]!;
        rowStats(given, rows, classes, beta, stats);
        for (let row = 0; row < rows; row++) {
          // Of a row without a softmax only that is said.
          if (Number.isNaN(wanted.rest[row])) continue;
          expect(stats.argmax[row], where).toBe(wanted.argmax[row]);
          expect(stats.tie[row], where).toBe(wanted.tie[row]);
          expect(stats.max[row], where).toBe(wanted.max[row]);
        }
        expect(worst(stats.rest, wanted.rest, relative), `${where} ${beta}`).toBeLessThan(6e-6);
      }

      for (const out of [new Float32Array(values.length), new Float64Array(values.length), alloc(rows, classes)]) {
        softmaxRows(given, rows, classes, out);
        const error = worst(out, probabilities, (a, b) => (b > 1e-30 ? relative(a, b) : Math.abs(a - b) * 1e30));
        expect(error, where).toBeLessThan(1e-5);
      }

      for (const beta of [0, 1e-3, 0.4, 1, 2.5, 1e3]) {
        const sums = nllSums(given, labels, rows, classes, beta);
        const wanted = reference.nllSums(values, labels, rows, classes, beta);
        const scale = rows * spread(values);
        expect(sums.nll, `${where} ${beta}`).toSatisfy(near(wanted.nll, 3e-7 * (rows + beta * scale)));
        expect(sums.gradient, `${where} ${beta}`).toSatisfy(near(wanted.gradient, 3e-7 * scale));
        expect(sums.hessian, `${where} ${beta}`).toSatisfy(near(wanted.hessian, 1e-6 * scale * spread(values)));
        expect(sums.third, `${where} ${beta}`).toSatisfy(near(wanted.third, 1e-5 * scale * spread(values) ** 2));
        const some = nllSums(given, labels, rows, classes, beta, 3);
        const few = reference.nllSums(values, labels, rows, classes, beta, 3);
        expect(some.gradient, `${where} ${beta}, every third row`).toSatisfy(near(few.gradient, 3e-7 * scale));
      }
      expect(given, "the input is as it was").toEqual(before);
    }
  });
});

const near =
  (wanted: number, absolute: number) =>
  (value: number): boolean =>
    Object.is(value, wanted) || Math.abs(value - wanted) <= absolute;

/** Between the largest and the smallest finite score. */
function spread(values: Float32Array): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((a, b) => Math.max(a, b), -Infinity) - finite.reduce((a, b) => Math.min(a, b), Infinity);
}
