import { temperature } from "logits/sample";
import { describe, expect, it } from "vitest";
import { probabilityTable, refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;
const [a, b] = [Math.sqrt(0.2), Math.sqrt(0.8)];

describe("temperature", () => {
  probabilityTable(temperature, [
    ["1 changes nothing", [0.1, 0.2, 0.3, 0.4], { temperature: 1 }, [0.1, 0.2, 0.3, 0.4]],
    ["½ squares", [0.2, 0.8], { temperature: 0.5 }, [0.04 / 0.68, 0.64 / 0.68]],
    ["2 takes the root", [0.2, 0.8], { temperature: 2 }, [a / (a + b), b / (a + b)]],
    ["0 leaves the most probable", [0.1, 0.2, 0.4, 0.3], { temperature: 0 }, [0, 0, 1, 0]],
    ["0 leaves the lowest id of equals", [0.2, 0.4, 0.4], { temperature: 0 }, [0, 1, 0]],
    ["0 passes over what is removed", [0, 0.5, 0.5], { temperature: 0 }, [0, 1, 0]],
    ["leaves removed what is removed", [0.5, 0, 0.5], { temperature: 3 }, [0.5, 0, 0.5]],
    ["leaves a uniform row uniform", [0.25, 0.25, 0.25, 0.25], { temperature: 7 }, [0.25, 0.25, 0.25, 0.25]],
    ["leaves the only token", [1], { temperature: 0.3 }, [1]],
    ["0 leaves the only token", [1], { temperature: 0 }, [1]],
  ]);

  scoreTable(temperature, [
    ["divides scores", [3, -1, out], { temperature: 0.5 }, [6, -2, out]],
    // H = ln 2 of ln 4: half way between 1 − 0.5 and 1 + 0.5.
    ["with a range follows the entropy", [0, 0, -800, -800], { dynatempRange: 0.5 }, [0, 0, -800, -800]],
    ["with a range is T + δ on a uniform row", [6, 6], { dynatempRange: 0.5 }, [4, 4]],
    ["with a range is T − δ on a sure row", [0, -800], { dynatempRange: 0.5 }, [0, -1600]],
    [
      "with an exponent of 2 squares the share",
      [0, 0, -800, -800],
      { dynatempRange: 0.5, dynatempExponent: 2 },
      [0, 0, -800 / 0.75, -800 / 0.75],
    ],
    ["never goes below 0 with a range", [1, -800], { temperature: 0.5, dynatempRange: 2 }, [1, out]],
    // From 0 to 2.5, half way.
    [
      "begins at 0 with a range that is wider than T",
      [0, 0, -800, -800],
      { temperature: 0.5, dynatempRange: 2 },
      [0, 0, -640, -640],
    ],
    ["with a range keeps T where one token is left", [6, out], { temperature: 3, dynatempRange: 0.5 }, [2, out]],
    ["counts only tokens left in ln n", [6, 6, out, out], { dynatempRange: 0.5 }, [4, 4, out, out]],
  ]);

  refusals(temperature, [
    [{ temperature: -1 }, "Cannot run temperature: temperature must be a number ≥ 0, got -1"],
    [{ temperature: NaN }, "Cannot run temperature: temperature must be a number ≥ 0, got NaN"],
    [{ temperature: Infinity }, "Cannot run temperature: temperature must be a number ≥ 0, got Infinity"],
    [{ dynatempRange: -0.1 }, "Cannot run temperature: dynatempRange must be a number ≥ 0, got -0.1"],
  ]);

  it("keeps a row without overflow however small T is", () => {
    const row = temperature.apply(Float64Array.of(5, 5, 4), { temperature: 1e-320 });
    expect([...row]).toEqual([0, 0, out]);
  });
});
