import { readFileSync } from "node:fs";
import { collect, predictions, read } from "logits";
import { triage } from "logits/triage";
import { describe, expect, it } from "vitest";
import { logitsOf } from "../../test/support/scores.js";

const golden = JSON.parse(readFileSync(new URL("../../test/golden/triage.json", import.meta.url), "utf8")) as {
  labelIssues: Record<string, number[]>;
};

const found = (rows: number[][], labels: number[]): number[] =>
  triage(logitsOf(rows, labels))
    .items.filter(({ verdict }) => verdict === "mislabelled")
    .map(({ row }) => row);

describe("mislabelled", () => {
  // Thresholds of the first table: class 0 (0.9 + 0.9 + 0.1)/3 = 0.633, class 1 (0.8 + 0.8)/2 = 0.8.
  const sure = [
    [0.9, 0.1],
    [0.9, 0.1],
    [0.2, 0.8],
    [0.2, 0.8],
  ];
  it.each<[rows: number[][], labels: number[], rows: number[], why: string]>([
    [[...sure, [0.1, 0.9]], [0, 0, 1, 1, 0], [4], "0.9 for class 1 reaches 0.8, 0.1 for its label is below 0.633"],
    [[...sure, [0.25, 0.75]], [0, 0, 1, 1, 0], [], "0.75 for class 1 does not reach 0.8"],
    [[...sure], [0, 0, 1, 1], [], "labels that are what their rows usually are"],
    [[...sure, [0.1, 0.9], [0.05, 0.95]], [0, 0, 1, 1, 0, 0], [5, 4], "the widest gap first"],
    [
      [
        [0.9, 0.05, 0.05],
        [0.55, 0.4, 0.05],
        [0.3, 0.35, 0.35],
      ],
      [0, 0, 1],
      [],
      "row 1 is below its class's 0.725 and class 1 is above its 0.35, but the label is still the more probable",
    ],
    [
      [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
      [0, 0],
      [],
      "a class that no row is labelled with is never suggested",
    ],
  ])("%j labelled %j: rows %j (%s)", (rows, labels, expected) => {
    expect(found(rows, labels)).toEqual(expected);
  });

  it("carries the numbers of the rule", () => {
    const { items } = triage(logitsOf([...sure, [0.1, 0.9]], [0, 0, 1, 1, 0]), undefined, { classes: ["cat", "dog"] });
    const { evidence, text } = items.find(({ verdict }) => verdict === "mislabelled")!;
    expect(evidence).toEqual({
      selfConfidence: expect.closeTo(0.1, 12),
      labelThreshold: expect.closeTo(1.9 / 3, 12),
      suggested: "dog",
      suggestedP: expect.closeTo(0.9, 12),
      suggestedThreshold: expect.closeTo(0.8, 12),
    });
    expect(text).toBe("labelled cat (10.0 %, where its rows average 63.3 %), probably dog (90.0 %, average 80.0 %)");
  });

  it.each(["spam", "languages"])(
    "%s: cleanlab lists every row that this lists, and for the rest the rule says why",
    async (name) => {
      const path = new URL(`../../data/${name}.test.npz`, import.meta.url).pathname;
      const batch = await collect(await read(path));
      const { items, counts } = triage(batch, batch, { top: Infinity });
      const ours = items.filter(({ verdict }) => verdict === "mislabelled").map(({ row }) => row);
      const theirs = golden.labelIssues[name]!;
      expect(ours).toHaveLength(counts.mislabelled);
      expect(ours.filter((row) => !theirs.includes(row))).toEqual([]);

      const { classes, labels, probs } = predictions(batch);
      const p = probs();
      const own = (row: number): number => p[row * classes + labels![row]!]!;
      const thresholds = Array.from({ length: classes }, (_, k) => {
        const rows = Array.from(labels!.keys()).filter((row) => labels![row] === k);
        return rows.reduce((sum, row) => sum + own(row), 0) / rows.length;
      });
      for (const row of theirs.filter((one) => !ours.includes(one))) {
        const least = Math.max(own(row), 1 / classes);
        const better = thresholds.some((limit, k) => p[row * classes + k]! >= limit && p[row * classes + k]! > least);
        expect(own(row) >= thresholds[labels![row]!]! || !better, `row ${row}`).toBe(true);
      }
      // Two of the fifty languages are unknown to the detector: their thresholds are near 0, and 37 rows are suggested them at p < 0.001.
      expect([ours.length, theirs.length]).toEqual(name === "spam" ? [156, 156] : [19, 56]);
    },
  );
});
