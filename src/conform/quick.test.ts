import { describe, expect, it } from "vitest";
import { type Batch, uniform } from "../core/index.js";
import { conformalScores, fitConformal } from "./index.js";

/** f32 rows of very different confidence; labels mostly those of large scores. */
function rowsOf(rows: number, classes: number, scale: number, masked = 0): Batch {
  const values = Float32Array.from(
    { length: rows * classes },
    (_, i) => scale * uniform(2, "simulation", i) * uniform(3, "simulation", Math.floor(i / classes)),
  );
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return uniform(4, "simulation", row) < 0.7
      ? own.indexOf(Math.max(...own))
      : Math.floor(classes * uniform(5, "simulation", row));
  });
  for (let row = 0; row < masked; row++) if (classes > 1) values[7 * row * classes + labels[7 * row]!] = -Infinity;
  return { kind: "logits", values, labels, rows, classes };
}

describe.each(conformalScores.map(({ name }) => name))(
  "%s: the quick way gives the exact threshold, to the last bit",
  (score) => {
    it.each<[string, Batch]>([
      ["soft rows", rowsOf(6000, 7, 8)],
      ["rows so sure that most scores round to 1 or 0", rowsOf(6000, 7, 3000)],
      ["many classes", rowsOf(5000, 90, 20)],
      ["rows that tie", { ...rowsOf(6000, 3, 1), values: rowsOf(6000, 3, 3).values.map(Math.round) }],
      ["masked labels", rowsOf(6000, 5, 8, 300)],
    ])("%s", (_, batch) => {
      const exact = { ...batch, values: Float64Array.from(batch.values) };
      for (const alpha of [0.01, 0.1, 0.3])
        for (const randomise of [true, false])
          expect(fitConformal(batch, { score, alpha, randomise })).toEqual(
            fitConformal(exact, { score, alpha, randomise }),
          );
    });

    it("names a row that cannot be used, as the exact way does", () => {
      const batch = rowsOf(6000, 7, 8);
      batch.values[7 * 5999 + 3] = NaN;
      expect(() => fitConformal(batch, { score })).toThrow(
        "Cannot use row 5999, column 3: a score must be finite or -Infinity, got NaN",
      );
    });
  },
);
