import { dry } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const row = [0, 0, 0, 0];
const on = { dryMultiplier: 1, dryBase: 2 };

describe("dry", () => {
  scoreTable(dry, [
    ["at multiplier 0 changes nothing", row, {}, row, { history: [0, 1, 2, 0, 1] }],
    ["lowers what would go on with a repetition: 1·2^(2 − 2)", row, on, [0, 0, -1, 0], { history: [0, 1, 2, 0, 1] }],
    ["lowers more the longer it is: 1·2^(3 − 2)", row, on, [0, 0, 0, -2], { history: [0, 1, 2, 3, 0, 1, 2] }],
    [
      "leaves repetitions shorter than allowed alone",
      row,
      { ...on, dryAllowedLength: 3 },
      row,
      { history: [0, 1, 2, 0, 1] },
    ],
    [
      "counts the longest of several: 2 0 1, not 0 1",
      row,
      on,
      [0, 0, 0, -2],
      { history: [2, 0, 1, 3, 1, 0, 1, 3, 2, 0, 1] },
    ],
    ["looks within the window only", row, { ...on, dryWindow: 4 }, row, { history: [0, 1, 2, 0, 1] }],
    [
      "looks for no longer a repetition than told",
      row,
      { ...on, dryMaxMatch: 2 },
      [0, 0, 0, -1],
      { history: [0, 1, 2, 3, 0, 1, 2] },
    ],
    ["does not look past a breaker", row, { ...on, dryBreakers: "1" }, row, { history: [0, 1, 2, 0, 1] }],
    ["counts what follows a breaker", row, { ...on, dryBreakers: "3" }, [0, 0, -1, 0], { history: [0, 1, 2, 3, 0, 1] }],
    ["never lowers a breaker of one token", row, { ...on, dryBreakers: "2" }, row, { history: [0, 1, 2, 0, 1] }],
    ["takes breakers of several tokens", row, { ...on, dryBreakers: "0 1" }, row, { history: [0, 1, 2, 0, 1] }],
    ["counts what follows the whole of it", row, { ...on, dryBreakers: "3 0" }, row, { history: [0, 1, 2, 3, 0, 1] }],
    ["leaves removed what is removed", [0, 0, -Infinity], on, [0, 0, -Infinity], { history: [0, 1, 2, 0, 1] }],
    ["passes over ids that the row does not have", [0, 0], on, [0, 0], { history: [0, 1, 2, 0, 1] }],
    ["without a text changes nothing", row, on, row],
  ]);
  refusals(dry, [
    [{ dryMultiplier: -1 }, "Cannot run dry: dryMultiplier must be a number ≥ 0, got -1"],
    [{ dryBase: 0.9 }, "Cannot run dry: dryBase must be a number ≥ 1, got 0.9"],
    [{ dryMultiplier: 1, dryBreakers: "a b" }, 'Cannot sample: dryBreakers must name tokens by ids ≥ 0, got "a"'],
  ]);
});
