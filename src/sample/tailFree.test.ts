import { tailFree } from "logits/sample";
import { describe } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

// Ranked ½, ¼, ⅛, ⅛: differences ¼, ⅛, 0; second differences ⅛, ⅛, normalised ½, ½.
const row = [1 / 8, 1 / 2, 1 / 8, 1 / 4];

describe("tailFree", () => {
  probabilityTable(tailFree, [
    ["1 changes nothing", row, { tfs: 1 }, row],
    ["cuts at the first difference whose sum exceeds z, and keeps one token", row, { tfs: 0.4 }, [0, 1, 0, 0]],
    ["cuts there at the second", row, { tfs: 0.6 }, [0, 1, 0, 0]],
    ["does not exceed z with exactly z", row, { tfs: 0.5 }, [0, 1, 0, 0]],
    [
      "with cut centre keeps up to the middle of the difference",
      row,
      { tfs: 0.6, cut: "centre" },
      [0, 2 / 3, 0, 1 / 3],
    ],
    ["with cut centre keeps one token at least", row, { tfs: 0.4, cut: "centre" }, [0, 1, 0, 0]],
    ["with cut centre always drops the last", row, { tfs: 0.999, cut: "centre" }, [0, 2 / 3, 0, 1 / 3]],
    [
      "takes a straight row for evenly bent: each difference is 1/(n − 2)",
      [0.25, 0.25, 0.25, 0.25],
      { tfs: 0.4 },
      [1, 0, 0, 0],
    ],
    [
      "of three tokens removes none: the first difference never cuts",
      [1 / 2, 1 / 3, 1 / 6],
      { tfs: 0.1 },
      [1 / 2, 1 / 3, 1 / 6],
    ],
    ["of two tokens removes none", [0.9, 0.1], { tfs: 0.1 }, [0.9, 0.1]],
    ["of two tokens with cut centre drops the last", [0.9, 0.1], { tfs: 0.1, cut: "centre" }, [1, 0]],
    ["leaves the only token", [1], { tfs: 0.1 }, [1]],
    ["with cut centre leaves the only token", [1], { tfs: 0.1, cut: "centre" }, [1]],
  ]);
  refusals(tailFree, [
    [{ tfs: 0 }, "Cannot run tailFree: tfs must be a number in (0, 1], got 0"],
    [{ cut: "left" }, "Cannot run tailFree: cut must be one of index, centre, got left"],
  ]);
});
