import { dynamicTemperature } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;

describe("dynamicTemperature", () => {
  scoreTable(dynamicTemperature, [
    ["between 1 and 1 changes nothing", [3, 1], { dynatempLow: 1, dynatempHigh: 1 }, [3, 1]],
    ["is the high one on a uniform row", [6, 6], { dynatempLow: 0.5, dynatempHigh: 1.5 }, [4, 4]],
    ["is the low one on a sure row", [0, -800], { dynatempLow: 0.5, dynatempHigh: 1.5 }, [0, -1600]],
    // H = ln 2 of ln 4: half way.
    ["is half way where the entropy is", [0, 0, -800, -800], { dynatempLow: 1, dynatempHigh: 3 }, [0, 0, -400, -400]],
    [
      "with exponent 2 is a quarter of the way there",
      [0, 0, -800, -800],
      { dynatempLow: 1, dynatempHigh: 3, dynatempExponent: 2 },
      [0, 0, -800 / 1.5, -800 / 1.5],
    ],
    ["takes the most probable where it is 0", [1, -900], { dynatempLow: 0, dynatempHigh: 2 }, [1, out]],
    ["counts only tokens left", [6, 6, out], { dynatempLow: 0.5, dynatempHigh: 1.5 }, [4, 4, out]],
    ["changes nothing where one token is left", [6, out], { dynatempLow: 0.5, dynatempHigh: 1.5 }, [6, out]],
  ]);
  refusals(dynamicTemperature, [
    [{ dynatempLow: -1 }, "Cannot run dynamicTemperature: dynatempLow must be a number ≥ 0, got -1"],
  ]);
});
