import { describe, expect, it } from "vitest";
import { cosineSums } from "./cosine.js";

describe("cosineSums", () => {
  it.each([1, 2, 4, 8, 16, 64, 1024])("equals the sum as written, n = %i", (n) => {
    const values = Float64Array.from({ length: n + 1 }, (_, i) => Math.sin(3 * i + 1));
    const out = cosineSums(values);
    for (let j = 0; j <= n; j++) {
      let sum = 0;
      values.forEach((value, i) => (sum += value * Math.cos((Math.PI * i * j) / n)));
      expect(out[j]).toBeCloseTo(sum, 10);
    }
  });
});
