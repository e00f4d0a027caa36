import { topNSigma } from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;
// Mean 2, squared distances 4, 0, 4, 0: population σ = √2, sample σ = √(8/3).
const row = [0, 2, 4, 2];

describe("topNSigma", () => {
  scoreTable(topNSigma, [
    ["0 changes nothing", row, { topNSigma: 0 }, row],
    ["keeps scores within n σ of the largest", row, { topNSigma: 1.5 }, [out, 2, 4, 2]],
    ["1 leaves out what is √2 below", row, { topNSigma: 1 }, [out, out, 4, out]],
    // 4 − 1.3·√(8/3) = 1.877, 4 − 1.3·√2 = 2.16.
    ["takes σ of the population", row, { topNSigma: 1.3 }, [out, out, 4, out]],
    ["or of a sample", row, { topNSigma: 1.3, sigma: "sample" }, [out, 2, 4, 2]],
    ["takes σ of the tokens left", [0, 2, 4, 2, out, out], { topNSigma: 1.5 }, [out, 2, 4, 2, out, out]],
    // 4, 4, 0, 0: mean 2, sample σ = √(16/3) = 2.31, where the tokens left have none.
    ["with zeros counts removed tokens as 0", [4, 1.5, out, out], { topNSigma: 1, sigma: "zeros" }, [4, out, out, out]],
    [
      "with zeros is wider than over the tokens left",
      [4, 3, out, out],
      { topNSigma: 0.5, sigma: "zeros" },
      [4, 3, out, out],
    ],
    ["keeps a token exactly there", [0, 4], { topNSigma: 2 }, [0, 4]],
    ["keeps all equals: σ is 0", [3, 3, 3], { topNSigma: 1 }, [3, 3, 3]],
    ["leaves the only token", [7], { topNSigma: 1 }, [7]],
    ["leaves the only token of a sample", [7, out], { topNSigma: 1, sigma: "sample" }, [7, out]],
    ["does not depend on a temperature before it", [0, 20, 40, 20], { topNSigma: 1.5 }, [out, 20, 40, 20]],
  ]);
  refusals(topNSigma, [
    [{ topNSigma: -1 }, "Cannot run topNSigma: topNSigma must be a number ≥ 0, got -1"],
    [{ sigma: "mad" }, "Cannot run topNSigma: sigma must be one of population, sample, zeros, got mad"],
  ]);
});
