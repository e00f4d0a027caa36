import { triage } from "logits/triage";
import { describe, expect, it } from "vitest";
import { logitsOf, scoresOf } from "../../test/support/scores.js";

describe("confidentlyWrong", () => {
  it.each<[rows: number[][], labels: number[], wrong: number | undefined, found: number[], why: string]>([
    [[[0.95, 0.05]], [1], undefined, [0], "0.95 for the wrong class"],
    [[[0.95, 0.05]], [0], undefined, [], "0.95 for the right class"],
    [[[0.89, 0.11]], [1], undefined, [], "0.89 is not above 0.9"],
    [[[0.89, 0.11]], [1], 0.5, [0], "but above 0.5"],
    [[[0.95, 0.05]], [1], 1, [], "nothing is above 1"],
    [
      [
        [0.95, 0.05],
        [0.99, 0.01],
        [0.97, 0.03],
      ],
      [1, 1, 1],
      undefined,
      [1, 2, 0],
      "the most confident first",
    ],
  ])("%j labelled %j, limit %s: rows %j (%s)", (rows, labels, wrong, found) => {
    const { items, counts } = triage(logitsOf(rows, labels), undefined, wrong === undefined ? {} : { wrong });
    expect(items.filter(({ verdict }) => verdict === "confidentlyWrong").map(({ row }) => row)).toEqual(found);
    expect(counts.confidentlyWrong).toBe(found.length);
  });

  it("still tells rows apart whose probabilities both round to 1", () => {
    const { items } = triage(
      scoresOf(
        [
          [50, 0],
          [60, 0],
          [40, 0],
        ],
        [1, 1, 1],
      ),
    );
    const found = items.filter(({ verdict }) => verdict === "confidentlyWrong");
    expect(found.map(({ row }) => row)).toEqual([1, 0, 2]);
    expect(found.map(({ p }) => p)).toEqual([1, 1, 1]);
    expect(found[0]!.text).toBe("says 0 with > 99.9999 %, the label is 1 (1 in 1.1e26)");
  });

  it("carries log-odds, the label's probability and the loss", () => {
    const [item] = triage(scoresOf([[3, 0]], [1]), undefined, { classes: ["ham", "spam"] }).items;
    const { logOdds, nll, labelP, limit } = item!.evidence;
    expect([logOdds, nll, labelP, limit]).toEqual([
      expect.closeTo(3, 12),
      expect.closeTo(3 + Math.log1p(Math.exp(-3)), 12),
      expect.closeTo(1 / (1 + Math.exp(3)), 12),
      0.9,
    ]);
    expect(item!.text).toBe("says ham with 95.3 %, the label is spam (4.7 %)");
  });

  it("a masked label has an infinite loss, and is found all the same", () => {
    const [item] = triage(scoresOf([[3, -Infinity, 0]], [1])).items;
    expect(item).toMatchObject({ verdict: "confidentlyWrong", evidence: { nll: Infinity, labelP: 0 } });
  });
});
