import { mirostat } from "logits/sample";
import { describe, expect, it } from "vitest";
import { checkParams, type SampleContext } from "../core/index.js";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";
import { contextOf } from "./define.js";

// Surprises 3, 1, 3 and 2 bits.
const row = [1 / 8, 1 / 2, 1 / 8, 1 / 4];
const bound = (bits: number): Partial<SampleContext> => ({ state: { 0: { bound: bits } } });
const two = { mirostat: 2 };

describe("mirostat", () => {
  probabilityTable(mirostat, [
    ["0 changes nothing", row, { mirostat: 0 }, row],
    ["2 keeps surprises within the bound", row, two, [0, 2 / 3, 0, 1 / 3], bound(2.5)],
    ["2 keeps a token exactly there", row, two, row, bound(3)],
    ["2 begins with a bound of 2τ", row, { ...two, mirostatTau: 1.25 }, [0, 2 / 3, 0, 1 / 3]],
    ["2 keeps the most probable whatever the bound", row, two, [0, 1, 0, 0], bound(-4)],
    ["2 keeps the lowest id where all are beyond", [0.25, 0.25, 0.25, 0.25], two, [1, 0, 0, 0], bound(1)],
    ["1 keeps the only token", [1], { mirostat: 1 }, [1]],
    ["2 leaves the only token", [1], two, [1], bound(-1)],
  ]);
  refusals(mirostat, [
    [{ mirostat: 3 }, "Cannot run mirostat: mirostat must be an integer in [0, 2], got 3"],
    [{ mirostatTau: 0 }, "Cannot run mirostat: mirostatTau must be a number > 0, got 0"],
    [{ mirostatTokens: 1 }, "Cannot run mirostat: mirostatTokens must be an integer ≥ 2, got 1"],
  ]);

  it("1 keeps k tokens of a row that is Zipf's with exponent 2: k² = 2^μ/(1 − 1/V)", () => {
    const zipf = Float64Array.from({ length: 1000 }, (_, i) => -2 * Math.log(i + 1));
    const kept = mirostat.apply(zipf, { mirostat: 1 }, bound(7)).filter((z) => z > -Infinity).length;
    expect(kept).toBe(Math.floor(Math.sqrt(2 ** 7 / (1 - 1 / 1000))));
  });

  it("1 explains by rank what it removes", () => {
    const zipf = Float64Array.from({ length: 1000 }, (_, i) => -2 * Math.log(i + 1));
    const params = checkParams(mirostat, { mirostat: 1 });
    const context = contextOf(bound(7));
    expect(mirostat.reasons!(zipf, params, context, 0)(20).text).toBe("it is number 21 and 11 are kept");
  });

  const scores = Float64Array.from(row, Math.log);
  it.each([
    // Kept ½ and ¼: the token of ¼ has p = ⅓ of these, a surprise of log₂ 3.
    ["kept", 3, Math.log2(3)],
    ["all", 3, 2],
    ["kept", 1, Math.log2(1.5)],
  ])("moves the bound by η(surprise − τ), surprise measured over %s for token %i", (observed, token, surprise) => {
    const params = checkParams(mirostat, { ...two, mirostatTau: 1.25, mirostatEta: 0.1, observed });
    const context = contextOf({ state: {} });
    const drawn = scores.slice();
    mirostat.change(drawn, params, context, 4);
    mirostat.accept!(token, scores, drawn, params, context, 4);
    expect(context.state["4"]!["bound"]).toBeCloseTo(2.5 - 0.1 * (surprise - 1.25), 12);
  });
});
