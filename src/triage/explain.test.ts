import { explainCard, explainRow } from "logits/triage";
import { describe, expect, it } from "vitest";

describe("explainRow", () => {
  it("says the row that everyone knows: 8.2 and 1.5 are 99.877 % and 0.123 %", () => {
    const row = explainRow([8.2, 1.5], { classes: ["cat", "dog"] });
    expect(row.probabilities.map((p) => (100 * p).toFixed(3))).toEqual(["99.877", "0.123"]);
    expect(row.verdict).toBe("confident");
    expect(row.logitMargin).toBeCloseTo(6.7, 12);
  });

  it.each([
    [
      "two classes close together are torn",
      [3.1, 2.9, -1],
      [3.1 / 1.7, 2.9 / 1.7, -1 / 1.7],
      "torn: cat 50.5 % vs dog 44.9 %, 0.20 logits apart",
    ],
    ["a tie says so", [1, 1, 0], undefined, "torn: cat 42.2 % vs dog 42.2 %, tied"],
    ["a masked class is out", [2, -Infinity, -Infinity], undefined, "confident: cat 100 %, the only class left"],
    ["in between it leans", [1, 0, -1], undefined, "leaning: cat 66.5 % vs dog 24.5 %, 1.00 logits apart"],
  ])("%s", (_, logits, scaled, text) => {
    expect(explainRow(logits, { classes: ["cat", "dog", "bird"], ...(scaled ? { scaled } : {}) }).text).toBe(text);
  });

  it("knows when it is confidently wrong", () => {
    const row = explainRow([5, 0, 0], { classes: ["cat", "dog", "bird"], label: 2 });
    expect(row.verdict).toBe("confidently wrong");
    expect(row.text).toContain("the label is bird");
  });

  it("entropy of four equal classes is 2 bits, 4 effective classes", () => {
    const row = explainRow([7, 7, 7, 7]);
    expect(row.entropyBits).toBeCloseTo(2, 12);
    expect(row.effectiveClasses).toBeCloseTo(4, 12);
  });

  it.each([
    [[1, NaN], "column 1"],
    [[Infinity, 0], "column 0"],
    [[-Infinity, -Infinity], "got only -Infinity"],
  ])("%j is refused", (logits, what) => {
    expect(() => explainRow(logits)).toThrow(what);
  });

  it("the card fits 80 columns and ends with the sentence", () => {
    const row = explainRow(Array.from({ length: 40 }, (_, k) => Math.sin(k)));
    const lines = explainCard(row).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.at(-1)).toBe(row.text);
    expect(lines.some((line) => line.startsWith("30 more"))).toBe(true);
  });
});
