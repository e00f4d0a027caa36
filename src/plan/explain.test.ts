import { describe, expect, it } from "vitest";
import { explain } from "./explain.js";

describe("explain", () => {
  const classes = ["cat", "dog", "bird"];

  it("applies a calibrator first, and says the sentence that everyone says", () => {
    const calibrator = { method: "temperature", params: { temperature: 1.7 } };
    expect(explain([3.1, 2.9, -1], { classes, calibrator }).text).toBe(
      "torn: cat 50.5 % vs dog 44.9 %, 0.20 logits apart",
    );
  });

  it("takes a label by name or by index", () => {
    expect(explain([5, 0, 0], { classes, label: "bird" }).verdict).toBe("confidently wrong");
    expect(explain([5, 0, 0], { classes, label: 2 }).text).toContain("the label is bird");
  });

  it.each(["fish", 3, -1, 0.5])("refuses the label %s, which is no class", (label) => {
    expect(() => explain([5, 0, 0], { classes, label })).toThrow(
      /label must be one of cat, dog, bird or in \[0, 2\], got/,
    );
  });
});
