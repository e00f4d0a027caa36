import { typical } from "logits/sample";
import { describe } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

// H = 1.75 bits; surprises 1, 2, 3 and 3 bits, so that the token of ¼ is the typical one, then ½, then the eighths.
const row = [1 / 8, 1 / 2, 1 / 8, 1 / 4];

describe("typical", () => {
  probabilityTable(typical, [
    ["1 changes nothing", row, { typicalP: 1 }, row],
    ["begins with the token whose surprise is nearest to the entropy", row, { typicalP: 0.2 }, [0, 0, 0, 1]],
    ["keeps the token that crosses P", row, { typicalP: 0.3 }, [0, 2 / 3, 0, 1 / 3]],
    ["is satisfied with exactly P", row, { typicalP: 0.25 }, [0, 0, 0, 1]],
    ["with equal keep takes the token after exactly P", row, { typicalP: 0.25, equal: "keep" }, [0, 2 / 3, 0, 1 / 3]],
    ["with crossing drop leaves the crossing token out", row, { typicalP: 0.3, crossing: "drop" }, [0, 0, 0, 1]],
    ["with crossing drop still keeps one token", row, { typicalP: 0.1, crossing: "drop" }, [0, 0, 0, 1]],
    [
      "keeps the lowest ids of tokens as far and as probable",
      row,
      { typicalP: 0.8 },
      [0.125 / 0.875, 0.5 / 0.875, 0, 0.25 / 0.875],
    ],
    ["with ties keep takes all that are as far as the last", row, { typicalP: 0.8, ties: "keep" }, row],
    ["with minKeep keeps as many", row, { typicalP: 0.1, minKeep: 2 }, [0, 2 / 3, 0, 1 / 3]],
    ["of a uniform row keeps the first ids", [0.25, 0.25, 0.25, 0.25], { typicalP: 0.5 }, [0.5, 0.5, 0, 0]],
    ["may remove the most probable", [0.97, 0.01, 0.01, 0.01], { typicalP: 0.9 }, [1, 0, 0, 0]],
    ["leaves removed what is removed", [0.5, 0, 0.5], { typicalP: 0.5 }, [1, 0, 0]],
    ["leaves the only token", [1], { typicalP: 0.1 }, [1]],
  ]);

  refusals(typical, [
    [{ typicalP: 0 }, "Cannot run typical: typicalP must be a number in (0, 1], got 0"],
    [{ typicalP: 1.5 }, "Cannot run typical: typicalP must be a number in (0, 1], got 1.5"],
  ]);
});
