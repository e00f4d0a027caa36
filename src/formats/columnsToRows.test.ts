import { describe, expect, it } from "vitest";
import { columnsToRows } from "./columnsToRows.js";

describe("columnsToRows", () => {
  it.each([1, 2, 7, 8, 9, 17].flatMap((count) => [0, 1, 63, 64, 65, 200].map((rows) => [count, rows] as const)))(
    "turns %d columns of %d rows, and touches no other column",
    (count, rows) => {
      const columns = Float32Array.from({ length: count * rows }, (_, i) => i + 1);
      const width = count + 3;
      const out = new Float32Array(rows * width);
      columnsToRows(columns, count, rows, out, width, 2);
      const expected = Array.from({ length: rows * width }, (_, i) => {
        const k = (i % width) - 2;
        return k >= 0 && k < count ? k * rows + Math.floor(i / width) + 1 : 0;
      });
      expect([...out]).toEqual(expected);
    },
  );
});
