import { frequencyPresence } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const row = [4, -2, 0];
const history = [0, 0, 1];

describe("frequencyPresence", () => {
  scoreTable(frequencyPresence, [
    ["0 and 0 change nothing", row, {}, row, { history }],
    ["lowers by every occurrence", row, { frequencyPenalty: 0.5 }, [3, -2.5, 0], { history }],
    ["lowers by having occurred", row, { presencePenalty: 0.5 }, [3.5, -2.5, 0], { history }],
    ["adds both up", row, { frequencyPenalty: 0.5, presencePenalty: 0.25 }, [2.75, -2.75, 0], { history }],
    ["below 0 raises", row, { presencePenalty: -1 }, [5, -1, 0], { history }],
    ["counts within the window", row, { frequencyPenalty: 1, penaltyWindow: 2 }, [3, -3, 0], { history }],
    [
      "over output leaves the prompt out",
      row,
      { frequencyPenalty: 1, penaltyOver: "output" },
      [3, -3, 0],
      { history, promptLength: 1 },
    ],
    ["leaves removed what is removed", [-Infinity, 1], { presencePenalty: -1 }, [-Infinity, 1], { history: [0] }],
    ["passes over ids that the row does not have", [1], { presencePenalty: 1 }, [1], { history: [7] }],
  ]);
  refusals(frequencyPresence, [
    [{ frequencyPenalty: NaN }, "Cannot run frequencyPresence: frequencyPenalty must be a number, got NaN"],
  ]);
});
