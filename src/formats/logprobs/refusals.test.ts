import { LogitsError } from "logits";
import { readLogprobs, type ReadLogprobsOptions, shapesOfLogprobs } from "logits/formats";
import { describe, expect, it } from "vitest";
import { recover } from "./recover.js";
import { chat, one } from "./chat.fixture.js";

describe("values that are no log-probabilities", () => {
  it.each<[string, unknown, string, string]>([
    ["a positive value", chat(one(0.731)), "bad-data", "a log-probability must be ≤ 0, got 0.731 at token 0"],
    ["a positive value in a list", chat(one(-0.1234, ["a", -0.1234], ["b", 2.5])), "bad-data", "got 2.5 at token 0"],
    ["NaN", chat(one(NaN)), "not-finite", "a log-probability must be finite, got NaN at token 0"],
    ["text", chat(one("high")), "bad-data", 'a log-probability must be a number, got "high" at token 0'],
    [
      "two decimals",
      chat(one(-0.12), one(-1.5)),
      "bad-data",
      "its numbers must have at least 3 decimals, got 2 at most in 2 numbers",
    ],
    [
      "probabilities that sum to more than 1",
      chat(one(-0.1234, ["a", -0.1234], ["b", -0.2345])),
      "bad-data",
      "those of one step must sum to at most 1, got 1.675 at token 0",
    ],
    [
      "a probability above 1",
      { completion_probabilities: [{ id: 1, token: "a", prob: 1.5, top_probs: [] }] },
      "bad-data",
      "a probability must be in [0, 1], got 1.5 at token 0",
    ],
    [
      "a score that is NaN",
      { sequences: [[0]], scores: [[[NaN, 1]]] },
      "not-finite",
      "scores must be finite or -Infinity",
    ],
    [
      "fewer numbers than tokens",
      { choices: [{ text: "ab", logprobs: { tokens: ["a", "b"], token_logprobs: [-0.1234567] } }] },
      "bad-data",
      "token_logprobs must have one entry a token (2), got 1",
    ],
    [
      "lists of other tokens",
      {
        choices: [
          {
            text: "ab",
            logprobs: {
              tokens: ["a", "b"],
              token_logprobs: [-0.1234567, -0.5123456],
              top_logprobs: [{ b: -0.5123456 }],
            },
          },
        ],
      },
      "bad-data",
      "top_logprobs must have one entry a token (2), got 1",
    ],
    [
      "lists of TGI that are too few",
      {
        details: {
          tokens: [
            { id: 1, text: "a", logprob: -0.1234567 },
            { id: 2, text: "b", logprob: -0.5123456 },
          ],
          top_tokens: [[{ id: 2, text: "b", logprob: -0.5123456 }]],
        },
      },
      "bad-data",
      "top_tokens must have one entry a token (2), got 1",
    ],
    [
      "lists of Gemini that are too few",
      {
        candidates: [
          {
            logprobsResult: {
              chosenCandidates: [
                { token: "a", logProbability: -0.1234567 },
                { token: "b", logProbability: -0.5123456 },
              ],
              topCandidates: [{ candidates: [{ token: "b", logProbability: -0.5123456 }] }],
            },
          },
        ],
      },
      "bad-data",
      "topCandidates must have one entry a token (2), got 1",
    ],
    [
      "two answers of SGLang",
      [
        { text: "a", meta_info: { finish_reason: { type: "stop" }, output_token_logprobs: [[-0.1234567, 1, "a"]] } },
        { text: "b", meta_info: { finish_reason: { type: "stop" }, output_token_logprobs: [[-0.5123456, 2, "b"]] } },
      ],
      "bad-data",
      "the events of a stream must be of one answer, got the end of another at event 1",
    ],
    [
      "two answers of the legacy kind, which name their object as events do",
      ["a", "b"].map((text) => ({
        object: "text_completion",
        choices: [
          { index: 0, text, finish_reason: "stop", logprobs: { tokens: [text], token_logprobs: [-0.1234567] } },
        ],
      })),
      "bad-data",
      "the events of a stream must be of one answer, got the end of another at event 1",
    ],
    [
      "two answers of a chat",
      [chat(one(-0.1234567)), chat(one(-0.1234567))],
      "bad-data",
      "a payload must be one answer, got 2",
    ],
    [
      "no sequence",
      { sequences: [[]], scores: [[[0.5, 1]]] },
      "bad-data",
      "sequences must hold at least the 1 generated tokens, got 0",
    ],
  ])("%s is refused by name", async (_, payload, code, message) => {
    const error = await readLogprobs(payload).catch((thrown: unknown) => thrown);
    if (!LogitsError.isInstance(error)) throw new Error("it was read, or failed otherwise", { cause: error });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it("values of two decimals are read when allowed, and every step says what rounding lost", async () => {
    const { precision, notes } = await readLogprobs(chat(one(-0.12), one(-1.5)), { allowRounded: true });
    expect(precision).toEqual({ of: "logprob", decimals: 2, float32: true });
    expect(notes.join("\n")).toContain("each may be off by 0.005");
  });

  it("rounding of f32 just above 0 is 0", async () => {
    const { steps } = await readLogprobs(chat(one(1.1920929e-7), one(-0.123456)));
    expect(steps[0]!.logprob).toBe(0);
  });
});

describe("sentinels become −Infinity, and are said", () => {
  it("a field that Gemini leaves out is no number", async () => {
    const chosenCandidates = [
      { token: "a", tokenId: 1 },
      { token: "b", tokenId: 2, logProbability: -0.1234567 },
    ];
    const { steps, notes } = await readLogprobs({ candidates: [{ logprobsResult: { chosenCandidates } }] });
    expect(steps.map(({ logprob }) => logprob)).toEqual([-Infinity, -0.1234567]);
    expect(notes.join("\n")).toContain("null stands for a log-probability once");
  });

  it.each([-9999, -9999.0, -100, -3.4028234663852886e38, null, "-Infinity"])("%s", async (value) => {
    const { steps, notes } = await readLogprobs(chat(one(value, ["b", -0.123456]), one(-0.5123456)));
    expect(steps[0]!.logprob).toBe(-Infinity);
    expect(notes.join("\n")).toMatch(/stands for a log-probability once: read as −Infinity/);
  });

  it("a chosen token that may have been appended to the list says nothing about the others", async () => {
    const step = one(-4.5123456, ["b", -0.2123456], ["c", -2.1123456], ["a", -4.5123456]);
    const { steps } = await readLogprobs(chat(step));
    expect(steps[0]!.coverage).toMatchObject({ topK: 2, cap: -2.1123456 });
    const official = await readLogprobs(chat(step), { engine: "openai" });
    expect(official.steps[0]!.coverage).toMatchObject({ topK: 3, cap: -4.5123456 });
    const raw = await readLogprobs({ logprobs: [step], response: "a", done: true });
    expect(raw.steps[0]!.coverage).toMatchObject({ topK: 3, cap: -4.5123456 });
  });

  it("a list keyed by spelling that has lost entries bounds nothing", async () => {
    const logprobs = {
      tokens: ["a", "b"],
      token_logprobs: [-0.2123456, -0.3123456],
      top_logprobs: [{ a: -0.2123456, b: -2.3123456, c: -3.3123456 }, { b: -0.3123456 }],
    };
    const { steps } = await readLogprobs({ choices: [{ text: "ab", logprobs }] });
    expect(steps[0]!.coverage).toMatchObject({ topK: 3, cap: -3.3123456 });
    expect(steps[1]!.coverage).toMatchObject({ cap: 0 });
  });
});

describe("what is no payload, or two", () => {
  it.each<[string, unknown, ReadLogprobsOptions, string, string]>([
    [
      "a table of logits",
      { logits: [[1, 2]], labels: [0] },
      {},
      "bad-data",
      "a payload must have those of a known shape, got logits, labels",
    ],
    [
      "a completion that was not asked for them",
      { object: "chat.completion", choices: [{ message: { content: "hi" }, logprobs: null }] },
      {},
      "bad-data",
      "with logprobs null",
    ],
    [
      "a shape that does not exist",
      chat(one(-0.123456)),
      { shape: "openai" },
      "bad-argument",
      "shape must be one of openai-chat, openai-legacy",
    ],
    [
      "another shape than asked",
      chat(one(-0.123456)),
      { shape: "tgi" },
      "bad-data",
      "a payload must have those of tgi",
    ],
    ["text that is no JSON", "data: {broken\n\n", {}, "bad-data", "event 0 must be JSON, got {broken"],
    [
      "keys of two shapes",
      { logprobs: [{ token: "a", logprob: -0.123456 }], meta_info: { output_token_logprobs: [[-0.123456, 1, "a"]] } },
      {},
      "ambiguous",
      "got those of ollama and sglang",
    ],
  ])("%s is refused by name", async (_, payload, options, code, message) => {
    const error = await readLogprobs(payload, options).catch((thrown: unknown) => thrown);
    if (!LogitsError.isInstance(error)) throw new Error("it was read, or failed otherwise", { cause: error });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it("the shape settles what keys leave open", async () => {
    const both = {
      logprobs: [{ token: "a", logprob: -0.123456 }],
      meta_info: { output_token_logprobs: [[-0.23456, 1, "a"]] },
    };
    expect(shapesOfLogprobs(both)).toEqual(["ollama", "sglang"]);
    expect((await readLogprobs(both, { shape: "sglang" })).steps[0]!.logprob).toBe(-0.23456);
  });

  it("tables of this package's own formats are no payloads", () => {
    for (const table of [
      [[1, 2]],
      [{ logits: [1, 2], label: 0 }],
      { logprobs: [[-1, -2]] },
      { columns: ["a"], data: [[1]] },
      { label: "a", scores: { a: 1 } },
    ])
      expect(shapesOfLogprobs(table)).toEqual([]);
  });
});

describe("bytes", () => {
  const spelled = (...parts: [string, number[] | null][]): unknown => ({
    choices: [{ logprobs: { content: parts.map(([token, bytes]) => ({ token, bytes, logprob: -0.1234567 })) } }],
  });
  it.each<[string, unknown, string, [number, number][]]>([
    [
      "four bytes in three tokens",
      spelled(["\uFFFD", [0xf0]], ["\uFFFD", [0x9f, 0x97]], ["\uFFFD", [0xbc]]),
      "🗼",
      [
        [0, 0],
        [0, 0],
        [0, 2],
      ],
    ],
    [
      "a character and half of the next",
      spelled(["é\uFFFD", [0xc3, 0xa9, 0xe2]], ["\uFFFD", [0x82, 0xac]]),
      "é€",
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [
      "half a character at the end",
      spelled(["a", [97]], ["\uFFFD", [0xe2, 0x82]]),
      "a\uFFFD",
      [
        [0, 1],
        [1, 1],
      ],
    ],
    [
      "a token without bytes",
      spelled(["<|end|>", null], ["a", [97]]),
      "<|end|>a",
      [
        [0, 7],
        [7, 8],
      ],
    ],
    [
      "a byte-order mark",
      spelled(["\uFEFF", [0xef, 0xbb, 0xbf]], ["a", [97]]),
      "\uFEFFa",
      [
        [0, 1],
        [1, 2],
      ],
    ],
  ])("%s", async (_, payload, text, spans) => {
    const capture = await readLogprobs(payload);
    expect(capture.text).toBe(text);
    expect(capture.steps.map(({ span }) => span)).toEqual(spans);
  });
});

describe("half characters without bytes take theirs from the text beside the tokens", () => {
  it.each<[string, string[], string, string[] | undefined]>([
    ["one sign of two tokens", ["3 ", "\uFFFD", "\uFFFD", "."], "3 €.", ["3 ", "", "€", "."]],
    ["at the beginning and the end", ["\uFFFD", "\uFFFD", "a", "\uFFFD"], "€aé", ["", "€", "a", "é"]],
    ["two signs in a row", ["\uFFFD", "\uFFFD", "\uFFFD", "!"], "🗼€!", ["", "", "🗼€", "!"]],
    ["a token with text and half a character", ["x \uFFFD", "\uFFFD y", "z"], "x € yz", ["x ", "€ y", "z"]],
    ["the anchor occurs again later", ["a", "\uFFFD", "a", "a"], "a€aa", ["a", "€", "a", "a"]],
    ["another text", ["a", "\uFFFD", "b"], "a€c", undefined],
    ["nothing in between", ["a", "\uFFFD", "b"], "ab", undefined],
    ["more text than tokens", ["a", "\uFFFD", "b"], "xa€b", undefined],
  ])("%s", (_, texts, beside, expected) => {
    expect(recover(texts, beside)).toEqual(expected);
  });
});

describe("streams", () => {
  const chunk = (index: number, token: string, logprob: number): unknown => ({
    object: "chat.completion.chunk",
    choices: [{ index, delta: { content: token }, logprobs: { content: [{ token, logprob, top_logprobs: [] }] } }],
  });

  it("choices of one stream are kept apart", async () => {
    const events = [
      chunk(0, "a", -0.1111111),
      chunk(1, "x", -0.2222222),
      chunk(1, "y", -0.3333333),
      chunk(0, "b", -0.4444444),
    ];
    expect((await readLogprobs(events)).text).toBe("ab");
    const other = await readLogprobs(events, { choice: 1 });
    expect(other.steps.map(({ logprob }) => logprob)).toEqual([-0.2222222, -0.3333333]);
    expect(other.notes.join("\n")).toContain("Choice 1 of 2 was read");
  });

  it("an end of llama.cpp that repeats the whole is not counted twice", async () => {
    const probabilities = ["a", "b"].map((token, id) => ({
      id,
      token,
      bytes: [97 + id],
      logprob: -0.1234567,
      top_logprobs: [],
    }));
    const events = [
      ...probabilities.map((entry) => ({ content: entry.token, stop: false, completion_probabilities: [entry] })),
      { content: "ab", stop: true, completion_probabilities: probabilities },
    ];
    expect(await readLogprobs(events)).toMatchObject({ text: "ab", steps: { length: 2 } });
  });

  it("a stream that ended in an error has what came before it, and says so", async () => {
    const { text, notes } = await readLogprobs([chunk(0, "a", -0.1111111), { error: { message: "overloaded" } }]);
    expect(text).toBe("a");
    expect(notes.at(-1)).toBe("The stream ended in an error: overloaded.");
  });

  it("a Responses stream that broke off has the deltas it got", async () => {
    const delta = (text: string): unknown => ({
      type: "response.output_text.delta",
      output_index: 0,
      content_index: 0,
      delta: text,
      logprobs: [{ token: text, logprob: -0.1234567 }],
    });
    expect((await readLogprobs([delta("a"), delta("b")])).text).toBe("ab");
  });

  it("an SGLang stream of only what is new is put together", async () => {
    const event = (text: string, id: number): unknown => ({
      text,
      meta_info: { completion_tokens: 9, output_token_logprobs: [[-0.1234567, id, text]] },
    });
    expect((await readLogprobs([event("a", 1), event("b", 2)])).text).toBe("ab");
  });
});

describe("prompt_logprobs of vLLM", () => {
  const dict = (entries: Record<string, [number, number]>): unknown =>
    Object.fromEntries(
      Object.entries(entries).map(([id, [logprob, rank]]) => [id, { logprob, rank, decoded_token: id }]),
    );
  const payload = (...prompt: unknown[]): unknown => ({
    ...(chat(one(-0.1234567)) as object),
    prompt_logprobs: [null, ...prompt],
  });

  it("a token beyond the list is the one that was there; where none is, ids say which", async () => {
    const beyond = dict({ 7: [-0.5123456, 1], 2: [-6.1234567, 40] });
    const within = dict({ 7: [-0.5123456, 1], 9: [-1.1234567, 2] });
    const two = payload(beyond, dict({ 5: [-0.2123456, 1] }));
    expect((await readLogprobs(two)).prompt!.map(({ id }) => id)).toEqual([2, 5]);
    expect((await readLogprobs(two)).prompt![0]!.coverage).toMatchObject({ topK: 1, cap: -0.5123456 });
    const unsettled = await readLogprobs(payload(within, within));
    expect(unsettled.prompt).toBeUndefined();
    expect(unsettled.notes.join("\n")).toContain("nothing says which of the candidates stood at position 1");
    const settled = await readLogprobs(payload(within, within), { promptTokenIds: [1, 9, 7] });
    expect(settled.prompt!.map(({ logprob }) => logprob)).toEqual([-1.1234567, -0.5123456]);
  });
});
