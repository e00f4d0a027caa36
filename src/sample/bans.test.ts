import {
  allowedTokens,
  badWords,
  beginSuppressTokens,
  logitBias,
  noRepeatNgram,
  reasoningBudget,
  sequenceBias,
  suppressTokens,
} from "logits/sample";
import { describe } from "vitest";
import { refusals, scoreTable } from "../../test/support/samplerRows.js";

const out = -Infinity;
const row = [1, 2, 3, 4];

describe("allowedTokens", () => {
  scoreTable(allowedTokens, [
    ["without ids changes nothing", row, { allowedTokens: "" }, row],
    ["removes all others", row, { allowedTokens: "1,3" }, [out, 2, out, 4]],
    ["takes spaces and empty places", row, { allowedTokens: " 1 ,, 3" }, [out, 2, out, 4]],
    ["brings nothing back", [1, out, 3, 4], { allowedTokens: "1,3" }, [out, out, out, 4]],
  ]);
  refusals(allowedTokens, [
    [{ allowedTokens: "1;2" }, 'Cannot sample: allowedTokens must name tokens by ids ≥ 0, got "1;2"'],
    [{ allowedTokens: "-1" }, 'Cannot sample: allowedTokens must name tokens by ids ≥ 0, got "-1"'],
    [{ allowedTokens: "9" }, "Cannot sample: allowedTokens must leave a token, got none left of 3"],
  ]);
});

describe("suppressTokens", () => {
  scoreTable(suppressTokens, [
    ["without ids changes nothing", row, {}, row],
    ["removes these", row, { suppressTokens: "0,2,99" }, [out, 2, out, 4]],
  ]);
  refusals(suppressTokens, [
    [{ suppressTokens: "0,1,2" }, "Cannot sample: suppressTokens must leave a token, got none left of 3"],
    [{ suppressTokens: "1.5" }, 'Cannot sample: suppressTokens must name tokens by ids ≥ 0, got "1.5"'],
  ]);
});

describe("beginSuppressTokens", () => {
  scoreTable(beginSuppressTokens, [
    ["removes these from the first step", row, { beginSuppressTokens: "0" }, [out, 2, 3, 4], { history: [1, 2] }],
    ["lets them be afterwards", row, { beginSuppressTokens: "0" }, row, { history: [1, 2], promptLength: 1 }],
  ]);
});

describe("logitBias", () => {
  scoreTable(logitBias, [
    ["without pairs changes nothing", row, {}, row],
    ["adds to each score", row, { logitBias: "0:2.5,3:-1" }, [3.5, 2, 3, 3]],
    ["adds twice where an id is given twice", row, { logitBias: "0:1,0:1" }, [3, 2, 3, 4]],
    ["removes with −Infinity", row, { logitBias: "0:-Infinity, 1:-inf" }, [out, out, 3, 4]],
    ["brings nothing back", [out, 2, 3, 4], { logitBias: "0:100" }, [out, 2, 3, 4]],
    ["passes over ids that the row does not have", row, { logitBias: "9:1" }, row],
  ]);
  const must = "Cannot sample: logitBias must be ids and a number or -Infinity with a colon between, got";
  refusals(logitBias, [
    [{ logitBias: "5" }, `${must} "5"`],
    [{ logitBias: "5:" }, `${must} "5:"`],
    [{ logitBias: "5:1:2" }, `${must} "5:1:2"`],
    [{ logitBias: "5:Infinity" }, `${must} "5:Infinity"`],
    [{ logitBias: "5:x" }, `${must} "5:x"`],
    [{ logitBias: "a:1" }, 'Cannot sample: logitBias must name tokens by ids ≥ 0, got "a"'],
    [
      { logitBias: "0:1e308,0:1e308" },
      "Cannot sample: logitBias must give scores below +Infinity, got Infinity for token 0",
    ],
  ]);
});

describe("sequenceBias", () => {
  scoreTable(sequenceBias, [
    ["without pairs changes nothing", row, {}, row],
    [
      "adds to the last token where the text ends with the others",
      row,
      { sequenceBias: "1 2 0:-2" },
      [-1, 2, 3, 4],
      { history: [3, 1, 2] },
    ],
    ["lets be where it does not", row, { sequenceBias: "1 2 0:-2" }, row, { history: [1, 2, 3] }],
    ["adds to a single token always", row, { sequenceBias: "0:1;1 3:5" }, [2, 2, 3, 4]],
    ["passes over ids that the row does not have", row, { sequenceBias: "9:1" }, row],
  ]);
  refusals(sequenceBias, [
    [
      { sequenceBias: "1 2:x" },
      'Cannot sample: sequenceBias must be ids and a number or -Infinity with a colon between, got "1 2:x"',
    ],
    [{ sequenceBias: "a 2:1" }, 'Cannot sample: sequenceBias must name tokens by ids ≥ 0, got "a"'],
  ]);
});

describe("badWords", () => {
  scoreTable(badWords, [
    ["without words changes nothing", row, {}, row],
    ["removes what would complete a sequence", row, { badWords: "1 2;3" }, [1, 2, out, out], { history: [0, 1] }],
    ["lets be what would not", row, { badWords: "1 2" }, row, { history: [1, 0] }],
    ["leaves an end of the text alone", row, { badWords: "3;1 3" }, row, { eos: [3] }],
    [
      "removes an end that completes a longer sequence",
      row,
      { badWords: "1 3" },
      [1, 2, 3, out],
      { history: [1], eos: [3] },
    ],
  ]);
  refusals(badWords, [[{ badWords: "1,2" }, 'Cannot sample: badWords must name tokens by ids ≥ 0, got "1,2"']]);
});

describe("noRepeatNgram", () => {
  scoreTable(noRepeatNgram, [
    ["0 changes nothing", row, {}, row, { history: [0, 1, 0] }],
    ["1 removes all that have occurred", row, { noRepeatNgramSize: 1 }, [out, out, 3, 4], { history: [0, 1, 0] }],
    [
      "2 removes what followed the last token before",
      row,
      { noRepeatNgramSize: 2 },
      [1, out, 3, 4],
      { history: [0, 1, 0] },
    ],
    [
      "3 removes what followed the last two",
      row,
      { noRepeatNgramSize: 3 },
      [1, 2, out, 4],
      { history: [0, 1, 2, 0, 1] },
    ],
    ["changes nothing in a text shorter than n", row, { noRepeatNgramSize: 3 }, row, { history: [0, 0] }],
  ]);
  refusals(noRepeatNgram, [
    [{ noRepeatNgramSize: -1 }, "Cannot run noRepeatNgram: noRepeatNgramSize must be an integer ≥ 0, got -1"],
    [
      { noRepeatNgramSize: 1 },
      "Cannot sample: noRepeatNgram must leave a token, got none left of 3",
      { history: [0, 1, 2] },
    ],
  ]);
});

describe("reasoningBudget", () => {
  const tags = { reasoningStart: "0", reasoningEnd: "2 3" };
  scoreTable(reasoningBudget, [
    ["−1 changes nothing", row, tags, row, { history: [0, 1, 1, 1] }],
    ["lets be while there is budget", row, { ...tags, reasoningBudget: 3 }, row, { history: [0, 1, 1] }],
    [
      "forces the end tag once it is used up",
      row,
      { ...tags, reasoningBudget: 2 },
      [out, out, 0, out],
      { history: [0, 1, 1] },
    ],
    [
      "goes on with the tag where it has begun",
      row,
      { ...tags, reasoningBudget: 2 },
      [out, out, out, 0],
      { history: [0, 1, 2] },
    ],
    ["lets be once the tag is complete", row, { ...tags, reasoningBudget: 2 }, row, { history: [0, 1, 1, 2, 3] }],
    ["0 forces it at once", row, { ...tags, reasoningBudget: 0 }, [out, out, 0, out], { history: [1, 0] }],
    ["counts from the last start", row, { ...tags, reasoningBudget: 2 }, row, { history: [0, 1, 2, 3, 0, 1] }],
    ["lets be outside of a passage", row, { ...tags, reasoningBudget: 0 }, row, { history: [1, 1] }],
    ["without tags changes nothing", row, { reasoningBudget: 0 }, row, { history: [0] }],
  ]);
  refusals(reasoningBudget, [
    [{ reasoningBudget: -2 }, "Cannot run reasoningBudget: reasoningBudget must be an integer ≥ -1, got -2"],
    [
      { reasoningBudget: 0, reasoningStart: "0", reasoningEnd: "8" },
      "Cannot force token 8: it must be in [0, 2], got 8",
      { history: [0] },
    ],
  ]);
});
