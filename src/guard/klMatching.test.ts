import { expect, it } from "vitest";
import { type Batch, type Json, normals, predictions } from "../core/index.js";
import { fitGuard, scorer, validateGuard } from "./index.js";
import { klMatching } from "./klMatching.js";

const classes = 130;

/** Rows around a class each, from sure to flat; every ninth has half of its classes masked. */
function rowsOf(rows: number, seed: number): Batch {
  const values = Float32Array.from(normals(seed, 0, 0, new Float64Array(rows * classes)), (z, i) => {
    const [row, k] = [Math.floor(i / classes), i % classes];
    if (row % 9 === 4 && (k + row) % 2) return -Infinity;
    return (row % 5) * z + (k === (row * 7) % classes ? row % 13 : 0);
  });
  return { kind: "logits", values, rows, classes };
}

/** With every term of every mean. */
function smallest(batch: Batch, means: readonly (readonly number[])[]): number[] {
  const { logSumExp } = predictions(batch);
  return Array.from(logSumExp, (lse, row) => {
    const logs = Array.from(batch.values.subarray(row * classes, (row + 1) * classes), (z) => z - lse);
    const p = logs.map(Math.exp);
    const entropy = logs.reduce((sum, log, k) => (log === -Infinity ? sum : sum - p[k]! * log), 0);
    const crosses = means.filter((mean) => mean.length > 0).map((mean) => mean.reduce((c, d, k) => c - p[k]! * d, 0));
    return Math.min(...crosses) - entropy;
  });
}

const fresh = rowsOf(200, 2);
const learned = klMatching.learn!({ scores: predictions(rowsOf(900, 1)) }, {});
/** As `learn` gives them where classes are few. */
const lists = Array.from({ length: classes }, (_, c) =>
  c % 11 === 5 ? [] : Array.from({ length: classes }, (_none, k) => -Math.abs(k - c) / 3 - 0.1 * ((k * c) % 7)),
);

it.each<[string, number[][]]>([
  ["logarithms of probabilities", lists],
  [
    "a mean that is nearly certain, by rounding beyond it",
    lists.map((mean, c) => (c === 3 ? mean.map((d) => d + 1e-17) : mean)),
  ],
  ["numbers that are no such logarithms", lists.map((mean, c) => mean.map((d, k) => (k % 3 ? d : c / 9)))],
  ["masked classes, as the smallest number there is", lists.map((mean) => mean.map((d, k) => (k % 4 ? d : -1e300)))],
])("no mean is given up that is the nearest: %s", (_, means) => {
  const found = klMatching.measure({}, means, classes)({ scores: predictions(fresh) });
  expect([...found]).toEqual(smallest(fresh, means));
});

it("a guard of many classes says the same after it was a file", () => {
  expect((learned as { f32: Json }).f32).toBeTypeOf("string");
  const { guard } = fitGuard(rowsOf(900, 1));
  const read = validateGuard(JSON.parse(JSON.stringify(guard)));
  expect(scorer(read)(fresh)).toEqual(scorer(guard)(fresh));
  expect(scorer(guard)(fresh)[0]!.detectors["klMatching"]!.value).toBeGreaterThan(0);
});
