import { describe, expect, it } from "vitest";

interface Row {
  gap: number;
  fromLogits: number;
  loss: number;
  naive: number;
  clipped: number;
  squared: number;
}

describe("examples/probabilities-first", () => {
  it("shows what is lost when probabilities come first", async () => {
    const path = "../examples/probabilities-first.mjs";
    const { table } = (await import(path)) as { table(gaps?: number[]): Row[] };
    const at = new Map(table([16.1, 16.2, 50, 88, 89, 1000]).map((row) => [row.gap, row]));
    expect(at.get(88)!.naive).not.toBeNaN();
    expect(at.get(89)!.naive).toBeNaN();
    expect(at.get(16.1)!.clipped).toBeGreaterThan(1);
    expect(at.get(16.2)!.clipped).toBe(0);
    expect(at.get(50)!.squared.toExponential(1)).toBe("7.8e-22");
    for (const { fromLogits } of at.values()) expect(fromLogits).toBeCloseTo(Math.SQRT2, 2);
    expect(at.get(1000)!.loss).toBe(1000);
  });
});

describe("examples/kernel-memory", () => {
  it("decodes from scores that are written where the kernels work", async () => {
    const path = "../examples/kernel-memory.mjs";
    const { decode } = (await import(path)) as {
      decode(steps: number): { lines: { token: number; logprob: number; next: number[] }[]; left: number };
    };
    const { lines, left } = decode(3);
    expect(lines.map(({ token }) => token)).toEqual([0, 7919, 15_838]);
    for (const { token, logprob, next } of lines) {
      expect(next[0]).toBe(token);
      expect(logprob).toBeLessThan(0);
      expect(logprob).toBeGreaterThan(-1);
    }
    expect(left).toBe(0);
  });
});

describe("examples/truncated-logprobs", () => {
  it("says intervals, and a number only of what is listed", async () => {
    const path = "../examples/truncated-logprobs.mjs";
    type Ends = { lo: number; hi: number; logprob?: number };
    const { table } = (await import(path)) as { table(): Promise<{ entropy: Ends; warmer: Ends; labels: Ends[] }[]> };
    const rows = await table();
    expect(rows.map(({ labels }) => labels.map(({ logprob }) => logprob !== undefined))).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
    expect(rows[1]!.labels[1]!.hi).toBeCloseTo(Math.log(0.21), 4);
    for (const { entropy, warmer } of rows) {
      expect(entropy.lo).toBeLessThan(entropy.hi);
      expect(warmer.hi).toBeGreaterThan(entropy.hi);
    }
  });
});
