import { quadraticSmoothing } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;

describe("quadraticSmoothing", () => {
  scoreTable(quadraticSmoothing, [
    ["0 changes nothing", [3, 1, 0], { smoothingFactor: 0 }, [3, 1, 0]],
    // z − m = 0, −2, −3: −f·(z − m)².
    ["squares the distance to the largest", [3, 1, 0], { smoothingFactor: 0.5 }, [3, 3 - 2, 3 - 4.5]],
    // c = 2: k = ½, s = ½: −¼·4 + ¼·(−8), −¼·9 + ¼·(−27).
    ["with a curve adds a cube", [3, 1, 0], { smoothingFactor: 0.5, smoothingCurve: 2 }, [3, 3 - 3, 3 - 9]],
    ["with curve 3 is the cube alone", [3, 1, 0], { smoothingFactor: 0.5, smoothingCurve: 3 }, [3, 3 - 4, 3 - 13.5]],
    ["leaves the largest and what is removed", [3, out, 3], { smoothingFactor: 9 }, [3, out, 3]],
    ["leaves the only token", [-4], { smoothingFactor: 2 }, [-4]],
  ]);
  refusals(quadraticSmoothing, [
    [{ smoothingFactor: -1 }, "Cannot run quadraticSmoothing: smoothingFactor must be a number ≥ 0, got -1"],
    [{ smoothingCurve: 0 }, "Cannot run quadraticSmoothing: smoothingCurve must be a number > 0, got 0"],
  ]);
});
