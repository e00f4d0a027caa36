import { epsilonCutoff, etaCutoff, topA } from "logits/sample";
import { describe } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

const row = [0.125, 0.5, 0.125, 0.25];
const uniform = [0.25, 0.25, 0.25, 0.25];

describe("epsilonCutoff", () => {
  probabilityTable(epsilonCutoff, [
    ["0 changes nothing", row, { epsilonCutoff: 0 }, row],
    ["keeps what has at least ε", row, { epsilonCutoff: 0.2 }, [0, 2 / 3, 0, 1 / 3]],
    ["keeps a token with exactly ε", row, { epsilonCutoff: 0.25 }, [0, 2 / 3, 0, 1 / 3]],
    ["keeps the most probable whatever ε is", row, { epsilonCutoff: 0.9 }, [0, 1, 0, 0]],
    ["keeps the lowest id where none reaches ε", uniform, { epsilonCutoff: 0.3 }, [1, 0, 0, 0]],
    ["with ties keep keeps all equals where none reaches ε", uniform, { epsilonCutoff: 0.3, ties: "keep" }, uniform],
    [
      "with minKeep keeps as many",
      row,
      { epsilonCutoff: 0.9, minKeep: 3 },
      [0.125 / 0.875, 0.5 / 0.875, 0, 0.25 / 0.875],
    ],
    [
      "with minKeep and ties keep keeps the equals of the last too",
      row,
      { epsilonCutoff: 0.9, minKeep: 3, ties: "keep" },
      row,
    ],
    ["measures p over the tokens left", [0, 0.1, 0.3], { epsilonCutoff: 0.25 }, [0, 0.25, 0.75]],
    ["leaves the only token", [1], { epsilonCutoff: 0.5 }, [1]],
  ]);
  refusals(epsilonCutoff, [
    [{ epsilonCutoff: 1 }, "Cannot run epsilonCutoff: epsilonCutoff must be a number in [0, 1), got 1"],
  ]);
});

describe("etaCutoff", () => {
  probabilityTable(etaCutoff, [
    ["0 changes nothing", row, { etaCutoff: 0 }, row],
    // H = 1.75 ln 2, e^−H = 2^−1.75 = 0.297: √ε·e^−H is 0.133 at ε = 0.2.
    ["falls below ε where the row is open", row, { etaCutoff: 0.2 }, [0, 2 / 3, 0, 1 / 3]],
    // √0.04·e^−H = 0.0595 > ε: ε it is.
    [
      "is ε where that is less",
      [0.04, 0.5, 0.03, 0.43],
      { etaCutoff: 0.04 },
      [0.04 / 0.97, 0.5 / 0.97, 0, 0.43 / 0.97],
    ],
    // e^−H = ¼ and √ε·¼ < ¼.
    ["never cuts a uniform row", uniform, { etaCutoff: 0.9 }, uniform],
    ["with minKeep keeps as many", [0.9, 0.06, 0.04], { etaCutoff: 0.8, minKeep: 2 }, [0.9 / 0.96, 0.06 / 0.96, 0]],
    ["leaves the only token", [1], { etaCutoff: 0.5 }, [1]],
  ]);
  refusals(etaCutoff, [[{ etaCutoff: -0.1 }, "Cannot run etaCutoff: etaCutoff must be a number in [0, 1), got -0.1"]]);
});

describe("topA", () => {
  probabilityTable(topA, [
    ["0 changes nothing", row, { topA: 0 }, row],
    ["keeps what reaches a times the square of the first", row, { topA: 0.6 }, [0, 2 / 3, 0, 1 / 3]],
    ["keeps a token exactly there", row, { topA: 0.5 }, row],
    ["1 keeps all of a uniform row: ¼ ≥ ¼²", uniform, { topA: 1 }, uniform],
    ["leaves removed what is removed", [0.5, 0, 0.5], { topA: 1 }, [0.5, 0, 0.5]],
    ["leaves the only token", [1], { topA: 1 }, [1]],
  ]);
  refusals(topA, [[{ topA: 1.1 }, "Cannot run topA: topA must be a number in [0, 1], got 1.1"]]);
});
