import { triage } from "logits/triage";
import { describe, expect, it } from "vitest";
import { logitsOf, scoresOf } from "../../test/support/scores.js";

const tornRows = (rows: number[][], torn?: number): number[] =>
  triage(logitsOf(rows), undefined, torn === undefined ? {} : { torn })
    .items.filter(({ verdict }) => verdict === "torn")
    .map(({ row }) => row);

describe("torn", () => {
  it.each<[rows: number[][], torn: number | undefined, found: number[], why: string]>([
    [[[0.52, 0.48]], undefined, [0], "0.04 apart is below 0.1"],
    [[[0.56, 0.44]], undefined, [], "0.12 apart is not"],
    [[[0.56, 0.44]], 0.2, [0], "unless the limit is 0.2"],
    [[[0.5, 0.5]], undefined, [0], "a tie is 0 apart"],
    [[[0.5, 0.5]], 0, [], "a limit of 0 finds nothing, not even a tie"],
    [[[0.4, 0.35, 0.25]], undefined, [0], "only the two largest count"],
    [
      [
        [0.52, 0.48],
        [0.51, 0.49],
        [0.9, 0.1],
      ],
      undefined,
      [1, 0],
      "the closest comes first",
    ],
    [
      [
        [0.51, 0.49],
        [0.51, 0.49],
      ],
      undefined,
      [0, 1],
      "equals come in the order of the table",
    ],
    [[[1, 0]], undefined, [], "with every other class masked there is nothing to be torn between"],
  ])("%j with limit %s: rows %j (%s)", (rows, limit, found) => {
    expect(tornRows(rows, limit)).toEqual(found);
  });

  it("carries both classes, their probabilities and the limit", () => {
    const scores = logitsOf([[0.1, 0.47, 0.43]]);
    const [item] = triage(scores, undefined, { classes: ["bird", "cat", "dog"] }).items;
    expect(item).toMatchObject({ predicted: "cat", evidence: { limit: 0.1, runnerUp: "dog" } });
    expect(item!.p).toBeCloseTo(0.47, 12);
    expect(item!.margin).toBeCloseTo(0.04, 12);
    expect(item!.evidence["runnerUpP"]).toBeCloseTo(0.43, 12);
    expect(item!.text).toBe("cat 47.0 % vs dog 43.0 %: 4 points apart, below 10 points");
  });

  it("counts the wrong ones among them when there are labels", () => {
    const rows = [
      [0.52, 0.48],
      [0.52, 0.48],
      [0.9, 0.1],
    ];
    expect(triage(logitsOf(rows, [0, 1, 1])).counts).toMatchObject({ torn: 2, tornErrors: 1, errors: 2 });
    expect(triage(logitsOf(rows)).counts).toMatchObject({ torn: 2, tornErrors: 0, errors: 0 });
  });

  it("keeps the digits of a margin near a tie", () => {
    const [item] = triage(scoresOf([[1e-12, 0]])).items;
    expect(item!.margin / 5e-13).toBeCloseTo(1, 9);
  });
});
