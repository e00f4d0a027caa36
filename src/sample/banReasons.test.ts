import { maskOf, runChain, samplers, settingsChain, tracer } from "logits/sample";
import { describe, expect, it } from "vitest";
import type { Params, SampleContext } from "../core/index.js";
import { sampleRow } from "../plan/sample.js";

const row = Float64Array.of(1, 2, 3, 4);

describe("a ban says why", () => {
  it.each<[Params, Partial<SampleContext>, number, string, string]>([
    [{ badWords: "3" }, {}, 3, "badWords", "it is forbidden"],
    [{ badWords: "0 9;1 2 3" }, { history: [1, 2] }, 3, "badWords", "it would complete 1 2 3, which is forbidden"],
    [{ suppressTokens: "0,3" }, {}, 3, "suppressTokens", "it is one of those that are suppressed at every step"],
    [{ beginSuppressTokens: "3" }, {}, 3, "beginSuppressTokens", "it may not be the first after the prompt"],
    [{ allowedTokens: "0,1" }, {}, 3, "allowedTokens", "it is none of the 2 that are allowed"],
    [{ logitBias: "0:1,3:-Infinity" }, {}, 3, "logitBias", "its bias is −∞"],
    [{ logitBias: "3:-1e308,3:-1e308" }, {}, 3, "logitBias", "its bias is −∞"],
    [{ sequenceBias: "2 3:-inf;1 0:2" }, { history: [2] }, 3, "sequenceBias", "its bias as the end of 2 3 is −∞"],
    [
      { sequenceBias: "3:-inf;2 3:1" },
      { history: [2] },
      3,
      "sequenceBias",
      "its bias as the end of 3 and of 2 3 is −∞",
    ],
    [{ noRepeatNgramSize: 1 }, { history: [3, 0, 3] }, 3, "noRepeatNgram", "it has occurred 2 times before"],
    [{ noRepeatNgramSize: 2 }, { history: [2, 3, 2] }, 3, "noRepeatNgram", "2 3 has occurred once before"],
    [{ noRepeatNgramSize: 3 }, { history: [1, 1, 1, 1] }, 1, "noRepeatNgram", "1 1 1 has occurred 2 times before"],
    [
      { minLength: 5 },
      { history: [0, 1], eos: [3] },
      3,
      "minLength",
      "it ends the text, which has 2 of at least 5 tokens",
    ],
    [
      { minNewTokens: 4 },
      { history: [0, 1, 2], promptLength: 2, eos: [3] },
      3,
      "minNewTokens",
      "it ends the text, which has 1 of at least 4 tokens after the prompt",
    ],
    [{ forcedBos: 0 }, { history: [1] }, 3, "forcedBos", "the text has one token, so that only token 0 may follow"],
    [
      { forcedEos: "0", maxLength: 3 },
      { history: [1, 1] },
      3,
      "forcedEos",
      "the next token is the last of at most 3, so that only token 0 may follow",
    ],
    [
      { forcedEos: "0,1", maxLength: 3 },
      { history: [1, 1] },
      3,
      "forcedEos",
      "the next token is the last of at most 3, so that only one of the tokens 0, 1 may follow",
    ],
    [
      { reasoningBudget: 2, reasoningStart: "0", reasoningEnd: "2 1" },
      { history: [0, 3, 3] },
      3,
      "reasoningBudget",
      "the passage of reasoning has used up its 2 tokens, so that only token 2 may follow",
    ],
    [
      { mask: true },
      { mask: maskOf(4, [0, 1]) },
      3,
      "mask",
      "the mask (of a grammar, a schema or a list) does not allow it here",
    ],
    [
      { temperature: 0 },
      {},
      1,
      "temperature",
      "its score is 2, and a temperature of 0 leaves only token 3, whose score is 4",
    ],
  ])("%j after %j: of token %i answers %s", (settings, given, id, sampler, text) => {
    const chain = settingsChain(samplers, settings);
    const context = { promptLength: given.history?.length ?? 0, ...given };
    const { watch, trace } = tracer(row);
    runChain(row, chain, context, watch);
    const lost = trace.whyNot(id)!;
    expect([lost.sampler, lost.reason?.text]).toEqual([sampler, text]);
    expect(lost.reason!.value).not.toBe(lost.reason!.limit);
    const { why } = sampleRow(row, { chain, context, seed: 0, why: id, textOf: (token) => "wxyz"[token] });
    const verb = sampler === "temperature" ? "fell at temperature" : /was banned by [a-z ]+/;
    expect(why!.text).toMatch(verb);
    expect(why!.text).toContain(`: ${text}; it had `);
  });

  it("in a sentence that names the token, the ban and the reason", () => {
    const chain = settingsChain(samplers, { badWords: "1 2" });
    const { why } = sampleRow(row, { chain, context: { history: [1] }, seed: 0, why: 2, textOf: () => "x" });
    expect(why!.text).toBe(
      'Token 2 ("x") was banned by bad words: it would complete 1 2, which is forbidden; it had 23.7 % until then.',
    );
  });

  it("once only, where a long text is full of repeats", () => {
    const history = Array.from({ length: 50_000 }, (_, i) => i % 2);
    const chain = settingsChain(samplers, { noRepeatNgramSize: 3 });
    const { watch, trace } = tracer(row);
    runChain(row, chain, { history, promptLength: 0 }, watch);
    expect(trace.whyNot(0)!.reason!.text).toBe("0 1 0 has occurred 24999 times before");
  });
});
