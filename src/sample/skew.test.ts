import { skew } from "logits/sample";
import { describe, expect, it } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

const two = Math.log(2);
// Cumulative, most probable first: ½, ¾, 1.
const row = [1 / 4, 1 / 2, 1 / 4];

describe("skew", () => {
  probabilityTable(skew, [
    ["0 changes nothing", row, { skew: 0 }, row],
    ["ln 2 squares the cumulative probability: ¼, 9⁄16, 1", row, { skew: two }, [5 / 16, 1 / 4, 7 / 16]],
    [
      "−ln 2 takes its root",
      row,
      { skew: -two },
      [Math.sqrt(0.75) - Math.sqrt(0.5), Math.sqrt(0.5), 1 - Math.sqrt(0.75)],
    ],
    ["ranks equals by id", [0.5, 0.5], { skew: two }, [1 / 4, 3 / 4]],
    ["leaves removed what is removed", [0.5, 0, 0.5], { skew: two }, [1 / 4, 0, 3 / 4]],
    ["leaves the only token", [1], { skew: 3 }, [1]],
  ]);
  refusals(skew, [[{ skew: 21 }, "Cannot run skew: skew must be a number in [-20, 20], got 21"]]);

  it("keeps the digits of a tail that 1 − F has none of", () => {
    // F = 1 − r before the last: 1 − (1 − r)² = 2r − r².
    const row = skew.apply(Float64Array.of(0, -60, -600), { skew: two });
    expect(row[1]! - row[0]!).toBeCloseTo(Math.log(2) - 60, 12);
    expect(row[2]! - row[0]!).toBeCloseTo(Math.log(2) - 600, 9);
  });
});
