import { repetitionPenalty } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;
const row = [4, -2, 0, 1];
const twice = { repetitionPenalty: 2 };

describe("repetitionPenalty", () => {
  scoreTable(repetitionPenalty, [
    ["1 changes nothing", row, { repetitionPenalty: 1 }, row, { history: [0, 1, 2] }],
    ["without a text changes nothing", row, twice, row],
    ["divides what is above 0 and multiplies what is below", row, twice, [2, -4, 0, 1], { history: [0, 1, 2] }],
    ["counts a token once however often it occurs", row, twice, [2, -2, 0, 1], { history: [0, 0, 0] }],
    ["below 1 makes likelier", row, { repetitionPenalty: 0.5 }, [8, -1, 0, 1], { history: [0, 1] }],
    ["looks at the last tokens only", row, { ...twice, penaltyWindow: 1 }, [4, -4, 0, 1], { history: [0, 1] }],
    ["with a window of 0 looks at none", row, { ...twice, penaltyWindow: 0 }, row, { history: [0, 1] }],
    [
      "with a window longer than the text looks at all",
      row,
      { ...twice, penaltyWindow: 99 },
      [2, -4, 0, 1],
      { history: [0, 1] },
    ],
    [
      "over output leaves the prompt out",
      row,
      { ...twice, penaltyOver: "output" },
      [4, -4, 0, 1],
      { history: [0, 1], promptLength: 1 },
    ],
    [
      "leaves removed what is removed, also where r is below 1",
      [1, out],
      { repetitionPenalty: 0.5 },
      [2, out],
      { history: [0, 1] },
    ],
    ["passes over ids that the row does not have", [1], twice, [1], { history: [7] }],
  ]);
  refusals(repetitionPenalty, [
    [{ repetitionPenalty: 0 }, "Cannot run repetitionPenalty: repetitionPenalty must be a number > 0, got 0"],
    [{ penaltyWindow: -2 }, "Cannot run repetitionPenalty: penaltyWindow must be an integer ≥ -1, got -2"],
  ]);
});
