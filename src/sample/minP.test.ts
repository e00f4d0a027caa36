import { minP } from "logits/sample";
import { describe } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

const row = [0.1, 0.2, 0.3, 0.4];

describe("minP", () => {
  probabilityTable(minP, [
    ["0 changes nothing", row, { minP: 0 }, row],
    ["keeps what reaches its share of the first", row, { minP: 0.26 }, [0, 0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9]],
    ["measures it against the first, not against 1", row, { minP: 0.74 }, [0, 0, 0.3 / 0.7, 0.4 / 0.7]],
    ["keeps a token exactly there", [0.25, 0.25, 0.5], { minP: 0.5 }, [0.25, 0.25, 0.5]],
    ["with boundary drop removes a token exactly there", [0.25, 0.25, 0.5], { minP: 0.5, boundary: "drop" }, [0, 0, 1]],
    ["1 keeps all that are as probable as the first", [0.4, 0.2, 0.4], { minP: 1 }, [0.5, 0, 0.5]],
    ["1 with boundary drop still keeps the first", [0.4, 0.2, 0.4], { minP: 1, boundary: "drop" }, [1, 0, 0]],
    ["with minKeep keeps as many", row, { minP: 1, minKeep: 3 }, [0, 0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9]],
    ["leaves removed what is removed", [0, 0.5, 0.1, 0.4], { minP: 0.5 }, [0, 0.5 / 0.9, 0, 0.4 / 0.9]],
    ["leaves the only token", [1], { minP: 1 }, [1]],
  ]);

  refusals(minP, [
    [{ minP: 1.05 }, "Cannot run minP: minP must be a number in [0, 1], got 1.05"],
    [{ boundary: "maybe" }, "Cannot run minP: boundary must be one of keep, drop, got maybe"],
  ]);
});
