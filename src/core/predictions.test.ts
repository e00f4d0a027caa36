import { describe, expect, it } from "vitest";
import { type Batch, predictions, RowArrays } from "./index.js";

const table = (rows: number[][], labels?: number[], narrow = false): Batch => ({
  kind: "logits",
  values: narrow ? Float32Array.from(rows.flat()) : Float64Array.from(rows.flat()),
  rows: rows.length,
  classes: rows[0]!.length,
  ...(labels && { labels: Int32Array.from(labels) }),
});

describe("predictions", () => {
  it("refuses a kind that is none, rather than read it as logits", () => {
    const slip = { ...table([[0.7, 0.3]]), kind: "prob" as "probs" };
    expect(() => predictions(slip)).toThrow("kind must be one of logits, logprobs, probs, got prob");
  });

  it.each<[row: number[], logOdds: number, why: string]>([
    [[8.2, 1.5], 8.2 - 1.5, "two classes: the difference"],
    [[0, 0, 0], -Math.log(2), "one against two equals"],
    [[900, 0], 900, "where exp(−900) is 0 the log-odds still are a difference"],
    [[900, 0, 0], 900 - Math.log(2), "to the others taken together"],
    [[720, 0], 720, "and where exp(−720) has lost its digits"],
    [[3, -Infinity], Infinity, "nothing is left against the winner"],
  ])("log-odds of %j are %d: %s", (row, logOdds) => {
    expect(predictions(table([row])).logOdds[0]).toBeCloseTo(logOdds, 10);
    expect(predictions(table([row], undefined, true)).logOdds[0]).toBeCloseTo(
      Math.fround(row[0]!) - row[0]! + logOdds,
      5,
    );
  });

  it.each([0.25, 1, 2.395])("a temperature of %d is the same as dividing the scores by it", (temperature) => {
    const rows = [
      [3.1, 2.9, -1],
      [0.5, -Infinity, 4],
      [-200, 30, 29.5],
    ];
    const labels = [0, 2, 2];
    const divided = predictions(
      table(
        rows.map((row) => row.map((z) => z / temperature)),
        labels,
      ),
    );
    for (const narrow of [false, true]) {
      const digits = narrow ? 5 : 13;
      const scaled = predictions(table(rows, labels, narrow), temperature);
      for (let row = 0; row < rows.length; row++) {
        expect(scaled.predicted[row]).toBe(divided.predicted[row]);
        for (const name of ["confidence", "logOdds", "logSumExp", "nll"] as const)
          expect(scaled[name]![row], name).toBeCloseTo(divided[name]![row]!, digits - (name === "logSumExp" ? 1 : 0));
      }
      for (const [i, p] of scaled.probs().entries()) expect(p).toBeCloseTo(divided.probs()[i]!, digits);
    }
  });

  it("what rounding would tie, a temperature leaves apart", () => {
    const close = table([[1, 1 + 2 ** -23]], undefined, true);
    expect(predictions(close, 3)).toMatchObject({ predicted: Int32Array.of(1), tie: Uint8Array.of(0) });
  });

  it("gives the same in arrays that other rows have filled, whatever their number", () => {
    const arrays = new RowArrays();
    const some = [
      [3.1, 2.9, -1],
      [0.5, 0.5, 0.5],
      [-200, 30, 29.5],
    ];
    for (const [rows, labels] of [
      [some.slice(0, 2), [0, 2]],
      [some, [1, 1, 2]],
      [some.slice(2), [0]],
    ] as const) {
      const { probs, ...again } = predictions(table(rows, [...labels]), 1.5, arrays);
      const { probs: fresh, ...once } = predictions(table(rows, [...labels]), 1.5);
      expect(again).toEqual(once);
      expect(probs()).toEqual(fresh());
    }
  });
});
