import { describe, expect, it } from "vitest";
import { logits } from "../support/commandLine.js";

async function probabilities(...argv: string[]): Promise<number[]> {
  const { status, out, err } = await logits("explain", ...argv, "--json");
  expect([status, err]).toEqual([0, ""]);
  return JSON.parse(out).probabilities;
}

describe("a row that is typed is what --kind says", () => {
  it.each<[string, string, number[]]>([
    ["logits", "[2, 0]", [0.8807970779778823, 0.1192029220221176]],
    ["percent", "[60, 40]", [0.6, 0.4]],
    ["probs", "[0.7, 0.3]", [0.7, 0.3]],
    ["logprobs", "[-0.6931471805599453, -0.6931471805599453]", [0.5, 0.5]],
    ["binary-probs", "[0.7]", [0.3, 0.7]],
    ["binary-logits", "[2]", [0.1192029220221176, 0.8807970779778823]],
  ])("%s %s", async (kind, row, expected) => {
    const found = await probabilities(row, "--kind", kind);
    expect(found).toHaveLength(expected.length);
    expected.forEach((p, k) => expect(found[k]).toBeCloseTo(p, 12));
  });

  it("and says the names of both classes where there is one number", async () => {
    const { out } = await logits("explain", "[0.7]", "--kind", "binary-probs", "--classes", "no,yes", "--json");
    expect(JSON.parse(out)).toMatchObject({ classes: ["no", "yes"], predicted: "yes" });
  });

  it.each<[string, string, RegExp]>([
    ["probs", "[0.7, 0.2]", /sum to 1/],
    ["probs", "[0.7, -0.3]", /-0.3/],
    ["percent", "[60, 30]", /sum to/],
    ["binary-probs", "[0.7, 0.3]", /must have 1 column, got 2/],
  ])("or is refused: %s %s", async (kind, row, message) => {
    const { status, err } = await logits("explain", row, "--kind", kind);
    expect(status).toBe(3);
    expect(err).toMatch(message);
  });
});
