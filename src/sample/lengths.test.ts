import { exponentialDecayLength, forcedBos, forcedEos, minLength, minNewTokens } from "logits/sample";
import { describe, expect, it } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;
const row = [1, 2, 3];
const noEnd = "Cannot sample: the tokens that end a text must be named for a length, got none";

describe("minLength", () => {
  scoreTable(minLength, [
    ["0 changes nothing", row, {}, row, { eos: [2] }],
    ["removes the end before the text is so long", row, { minLength: 3 }, [1, 2, out], { history: [0, 0], eos: [2] }],
    ["lets it be once it is", row, { minLength: 2 }, row, { history: [0, 0], eos: [2] }],
    ["removes every end", row, { minLength: 3 }, [1, out, out], { history: [], eos: [1, 2] }],
    ["does not ask for ends once the text is long enough", row, { minLength: 1 }, row, { history: [0] }],
  ]);
  refusals(minLength, [
    [{ minLength: 2 }, noEnd],
    [{ minLength: -1 }, "Cannot run minLength: minLength must be an integer ≥ 0, got -1"],
  ]);
});

describe("minNewTokens", () => {
  scoreTable(minNewTokens, [
    ["0 changes nothing", row, {}, row, { eos: [2] }],
    [
      "counts from the end of the prompt",
      row,
      { minNewTokens: 2 },
      [1, 2, out],
      { history: [0, 0, 0], promptLength: 2, eos: [2] },
    ],
    ["lets the end be after so many", row, { minNewTokens: 1 }, row, { history: [0, 0, 0], promptLength: 2, eos: [2] }],
  ]);
  refusals(minNewTokens, [[{ minNewTokens: 2 }, noEnd]]);
});

describe("forcedBos", () => {
  scoreTable(forcedBos, [
    ["−1 changes nothing", row, {}, row, { history: [0] }],
    ["leaves one token after the first", row, { forcedBos: 1 }, [out, 0, out], { history: [0] }],
    ["lets be what follows", row, { forcedBos: 1 }, row, { history: [0, 1] }],
    ["brings a removed token back", [1, out, 3], { forcedBos: 1 }, [out, 0, out], { history: [0] }],
  ]);
  refusals(forcedBos, [
    [{ forcedBos: -2 }, "Cannot run forcedBos: forcedBos must be an integer ≥ -1, got -2"],
    [{ forcedBos: 3 }, "Cannot force token 3: it must be in [0, 2], got 3", { history: [0] }],
  ]);
});

describe("forcedEos", () => {
  scoreTable(forcedEos, [
    ["without ids changes nothing", row, { maxLength: 1 }, row],
    ["leaves the ends at the last place", row, { forcedEos: "0,2", maxLength: 3 }, [0, out, 0], { history: [0, 0] }],
    ["lets be what comes before it", row, { forcedEos: "2", maxLength: 3 }, row, { history: [0] }],
  ]);
  refusals(forcedEos, [
    [{ forcedEos: "x", maxLength: 1 }, 'Cannot sample: forcedEos must name tokens by ids ≥ 0, got "x"'],
    [{ forcedEos: "5", maxLength: 1 }, "Cannot force token 5: it must be in [0, 2], got 5"],
  ]);
});

describe("exponentialDecayLength", () => {
  const text = { history: [0, 0, 0, 0], promptLength: 1, eos: [1] };
  scoreTable(exponentialDecayLength, [
    ["1 changes nothing", row, {}, row, text],
    // 2 + 2·(1.5² − 1): two tokens beyond the first.
    ["raises the end by |z|·(f^n − 1)", row, { decayFactor: 1.5, decayStart: 1 }, [1, 2 + 2 * 1.25, 3], text],
    ["raises a score below 0 too", [1, -2, 3], { decayFactor: 1.5, decayStart: 1 }, [1, -2 + 2 * 1.25, 3], text],
    ["lets be what comes before the start", row, { decayFactor: 1.5, decayStart: 3 }, row, text],
    ["leaves removed what is removed", [1, out, 3], { decayFactor: 1.5 }, [1, out, 3], text],
  ]);
  refusals(exponentialDecayLength, [
    [{ decayFactor: 0 }, "Cannot run exponentialDecayLength: decayFactor must be a number > 0, got 0"],
  ]);

  it.each([0, 1, -1])("ends a text that has grown beyond every number, from a score of %i", (score) => {
    const history = new Array<number>(5000).fill(0);
    const context = { history, promptLength: 0, eos: [1] };
    const grown = exponentialDecayLength.apply(Float64Array.of(1, score, 3), { decayFactor: 2 }, context);
    expect(Number.isFinite(grown[1])).toBe(true);
    expect(grown[1]!).toBe(score === 0 ? 0 : Number.MAX_VALUE);
  });
});
