import { topH } from "logits/sample";
import { describe, expect, it } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

// Terms −p log₂ p: ½, ½, ⅜, ⅜ of H = 1.75 bits.
const row = [1 / 8, 1 / 2, 1 / 8, 1 / 4];

describe("topH", () => {
  probabilityTable(topH, [
    ["1 changes nothing", row, { topH: 1 }, row],
    ["keeps tokens while their entropy stays within the share", row, { topH: 0.6 }, [0, 2 / 3, 0, 1 / 3]],
    ["leaves the token out that would exceed it", row, { topH: 0.5 }, [0, 1, 0, 0]],
    ["keeps the most probable even where it exceeds it alone", row, { topH: 0.1 }, [0, 1, 0, 0]],
    ["keeps the lowest ids of equals", row, { topH: 0.8 }, [0.125 / 0.875, 0.5 / 0.875, 0, 0.25 / 0.875]],
    ["looks at the first tokens only", row, { topH: 0.99, topHTokens: 2 }, [0, 1, 0, 0]],
    ["leaves removed what is removed", [0.5, 0, 0.25, 0.25], { topH: 0.7 }, [2 / 3, 0, 1 / 3, 0]],
    ["leaves the only token", [1], { topH: 0.1 }, [1]],
  ]);
  refusals(topH, [
    [{ topH: 0 }, "Cannot run topH: topH must be a number in (0, 1], got 0"],
    [{ topHTokens: 0 }, "Cannot run topH: topHTokens must be an integer ≥ 1, got 0"],
  ]);

  it.each([10, 50, 100])("of %i equal tokens keeps exactly the share", (n) => {
    const row = new Float64Array(n).fill(-2.3);
    for (const share of [0.1, 0.3, 0.6, 0.7, 0.9])
      expect(topH.apply(row, { topH: share }).filter((z) => z > -Infinity).length, `${share}`).toBe(
        Math.floor(share * n),
      );
  });
});
