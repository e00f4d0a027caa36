import { triage } from "logits/triage";
import { describe, expect, it } from "vitest";
import { scoresOf } from "../../test/support/scores.js";
import type { Batch } from "../core/index.js";
import type { TriageItem } from "./method.js";

/** Two classes' rows around (6, 0, 0) and (0, 6, 0). */
const usual = (n = 200): number[][] =>
  Array.from({ length: n }, (_, i) => {
    const [a, b, c] = [Math.sin(i * 1.3), Math.cos(i * 2.1), Math.sin(i * 0.7)];
    return i % 2 === 0 ? [6 + a, b, c] : [a, 6 + b, c];
  });

const unusualIn = (scores: Batch, unusual?: number): TriageItem[] =>
  triage(scores, scores, unusual === undefined ? {} : { unusual }).items.filter(({ verdict }) => verdict === "unusual");

describe("unusual", () => {
  it.each<[row: number[], score: string, why: string]>([
    [[-9, -10, -12], "logSumExp", "low log-sum-exp: no class has evidence"],
    [[26, 20, 20], "distance", "as confident as the others, but far off"],
    [[6, 0, -9], "distance", "a third class far below where it usually is"],
  ])("%j is found by %s (%s)", (row, score) => {
    const rows = usual();
    rows[77] = row;
    const [item] = unusualIn(scoresOf(rows));
    expect(item).toMatchObject({ row: 77, evidence: { score, percentile: 1 / 200 } });
  });

  it("the share is of rows on each score, so that at least that many are found and at most twice as many", () => {
    const { counts } = triage(scoresOf(usual(1000)), scoresOf(usual(1000)), { unusual: 0.02 });
    expect(counts.unusual).toBeGreaterThanOrEqual(20);
    expect(counts.unusual).toBeLessThanOrEqual(40);
  });

  it("a share of 0 finds nothing", () => {
    expect(unusualIn(scoresOf(usual()), 0)).toEqual([]);
  });

  it("rows that are all alike are none of them unusual", () => {
    expect(unusualIn(scoresOf(Array.from({ length: 300 }, () => [1, 2, 3])))).toEqual([]);
  });

  it("adding a constant to one row shows: this looks at raw logits, not at probabilities", () => {
    const rows = usual();
    rows[50] = rows[50]!.map((z) => z - 30);
    expect(unusualIn(scoresOf(rows))[0]!.row).toBe(50);
  });

  it("says so in a sentence with the percentile", () => {
    const rows = usual();
    rows[77] = [-9, -10, -12];
    expect(unusualIn(scoresOf(rows))[0]!.text).toBe(
      "little evidence for any class: log-sum-exp -8.65, among the lowest 0.5 % of rows",
    );
  });

  it.each<[kind: Batch["kind"]]>([["probs"], ["logprobs"]])(
    "%s have lost what it looks at: nothing is found",
    (kind) => {
      const probs: Batch = { kind: "probs", values: Float64Array.of(0.9, 0.1, 0.2, 0.8), rows: 2, classes: 2 };
      const given = kind === "probs" ? probs : { ...probs, kind, values: probs.values.map(Math.log) };
      expect(triage(given, given, { unusual: 1 }).counts.unusual).toBe(0);
    },
  );
});
