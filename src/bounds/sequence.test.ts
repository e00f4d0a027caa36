import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { calibrate, evaluate } from "logits";
import {
  entropyBounds,
  fieldConfidence,
  type LabelScores,
  labelSource,
  scoreEnding,
  scoreLabels,
  scoreTokenLabels,
  sequencePerplexity,
  surprisals,
  temperatureFrom,
  truncatedOf,
  withoutPrior,
} from "logits/bounds";
import { type LogprobCapture, readLogprobs } from "logits/formats";
import { describe, expect, it } from "vitest";
import { jsonLeaves } from "./jsonLeaves.js";

const golden = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../test/golden/payloads/${file}`, import.meta.url)), "utf8");

type Token = [text: string, logprob: number, top?: Record<string, number>];
/** A payload of these tokens: 0.123456789 of noise in the last digits makes them unrounded. */
const captured = (tokens: Token[]): Promise<LogprobCapture> =>
  readLogprobs({
    response: tokens.map(([text]) => text).join(""),
    logprobs: tokens.map(([token, logprob, top = {}]) => ({
      token,
      logprob,
      top_logprobs: Object.entries(top).map(([token, logprob]) => ({ token, logprob })),
    })),
  });
const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(1e-5 * Math.max(1, Math.abs(b)));

describe("perplexity and surprisal of a text", () => {
  it("are those of the tokens that were chosen", async () => {
    const capture = await readLogprobs(golden("openai-chat.json"));
    const total = capture.steps.reduce((sum, { logprob }) => sum - logprob, 0);
    const { tokens, nats, perplexity, bitsPerToken, bitsPerByte, stage } = sequencePerplexity(capture, {
      within: 1e-3,
    });
    expect({ tokens, stage }).toEqual({ tokens: 7, stage: "unknown" });
    near(nats.value!, total);
    near(perplexity.value!, Math.exp(total / 7));
    near(bitsPerToken.value!, total / 7 / Math.LN2);
    near(bitsPerByte!.value!, total / new TextEncoder().encode(capture.text).length / Math.LN2);
    const [first] = surprisals(capture);
    near(first!.bits, -Math.log2(0.61234));
    expect(first!.range.lo).toBeLessThanOrEqual(first!.nats);
    expect(first!.range.hi).toBeGreaterThanOrEqual(first!.nats);
  });

  it("a token without a number has at most what its list leaves it", async () => {
    const capture = await captured([
      ["a", -0.5123456, { a: -0.5123456, b: -1.5123456 }],
      ["x", -9999, { a: -0.5123456, b: -1.5123456 }],
    ]);
    const [, lost] = surprisals(capture);
    expect(lost!.nats).toBe(Infinity);
    near(lost!.range.lo, -Math.log(1 - Math.exp(-0.5123456) - Math.exp(-1.5123456)));
    expect(lost!.range.hi).toBe(Infinity);
    const { perplexity } = sequencePerplexity(capture);
    near(perplexity.lo, Math.exp((0.5123456 + lost!.range.lo) / 2));
    expect(perplexity.hi).toBe(Infinity);
    expect(perplexity.value).toBeUndefined();
  });

  it("of a prompt, where the payload has it; else the error says what to ask for", async () => {
    const capture = await readLogprobs(golden("sglang.json"));
    near(sequencePerplexity(capture, { over: "prompt" }).nats.lo, 7.1234567);
    const none = await readLogprobs(golden("openai-chat.json"));
    expect(() => sequencePerplexity(none, { over: "prompt" })).toThrow(
      "the payload must have its log-probabilities, got none",
    );
  });

  it("a step is a truncated distribution, with what rounding lost", async () => {
    const capture = await readLogprobs(golden("openai-chat.json"));
    const full = await readLogprobs(JSON.parse(golden("transformers.json")));
    for (const [i, step] of capture.steps.entries()) {
      const { lo, hi } = entropyBounds(truncatedOf(step, capture, { vocabulary: 18 }));
      const truth = full.steps[i]!.top.reduce((sum, { logprob }) => sum - logprob * Math.exp(logprob), 0);
      expect(lo).toBeLessThanOrEqual(truth);
      expect(hi).toBeGreaterThanOrEqual(truth);
      const exact = entropyBounds(truncatedOf(full.steps[i]!), { within: 1e-9 });
      near(exact.value!, truth);
    }
  });
});

describe("a temperature that is asked for", () => {
  it("is relative to the one that the numbers have, which must be known", async () => {
    const payload = golden("openai-chat.json");
    const raw = await readLogprobs(payload, { stage: "raw" });
    expect(temperatureFrom(raw, 1.5)).toBe(1.5);
    const warm = await readLogprobs(payload, { stage: "processed", temperature: 0.5 });
    expect(temperatureFrom(warm, 1)).toBe(2);
    const unknown = await readLogprobs(payload);
    expect(() => temperatureFrom(unknown, 1)).toThrow("that of the log-probabilities must be known, got stage unknown");
  });
});

describe("confidence of each field of a JSON answer", () => {
  const answer: Token[] = [
    ["```json\n", -0.0012345],
    ['{"', -0.0112345],
    ["city", -0.0123456],
    ['": "', -0.0023456],
    ["Par", -0.1234567],
    ["is", -0.0345678],
    ['", "', -0.0045678],
    ["n", -0.0056789],
    ['": [', -0.0067891],
    ["12", -0.7123456],
    [", ", -0.0078912],
    ["-", -0.2123456],
    ["3", -0.3123456],
    ["]", -0.0089123],
    [', "ok": true', -0.4123456],
    [', "none": ""}', -0.0091234],
    ["\n```", -0.0001234],
  ];

  it("is the product of the probabilities of its tokens, and the smallest of them", async () => {
    const fields = fieldConfidence(await captured(answer), { within: 1e-3 });
    expect(fields.map(({ path, value, tokens, shared }) => [path.join("."), value, tokens, shared])).toEqual([
      ["city", "Paris", 2, 0],
      ["n.0", 12, 1, 0],
      ["n.1", -3, 2, 0],
      ["ok", true, 1, 1],
      ["none", "", 1, 1],
    ]);
    near(fields[0]!.probability.value!, Math.exp(-0.1234567 - 0.0345678));
    near(fields[0]!.least.value!, Math.exp(-0.1234567));
    expect(fields[2]!.least.text).toBe("3");
    near(fields[4]!.probability.value!, Math.exp(-0.0091234));
  });

  it("is an interval where the token that was chosen is not listed", async () => {
    const [field] = fieldConfidence(
      await captured([
        ['{"a": ', -0.0123456],
        ["7", -9999, { "8": -0.6123456, "9": -1.2123456 }],
        ["}", -0.0123456],
      ]),
    );
    expect(field!.probability.lo).toBe(0);
    near(field!.probability.hi, 1 - Math.exp(-0.6123456) - Math.exp(-1.2123456));
    expect(field!.probability.value).toBeUndefined();
  });

  it("counts the tokens of a character that takes several", async () => {
    const [field] = fieldConfidence(
      await readLogprobs({
        response: '"€"',
        logprobs: [
          { token: '["', bytes: [91, 34], logprob: -0.0123456 },
          { token: "\uFFFD", bytes: [0xe2, 0x82], logprob: -0.1123456 },
          { token: "\uFFFD", bytes: [0xac], logprob: -0.2123456 },
          { token: '"]', bytes: [34, 93], logprob: -0.0123456 },
        ],
      }),
      { within: 1e-3 },
    );
    expect(field).toMatchObject({ value: "€", tokens: 2, shared: 0 });
    near(field!.probability.value!, Math.exp(-0.3246912));
  });

  it.each([
    ["no JSON here", 'the text must hold JSON, got "no JSON here"'],
    ['{"a": 1', "there must be a comma or } at character 7, got the end of the text"],
    ['{"a": tru}', 'there must be a value at character 6, got "tru}"'],
    ["{a: 1}", 'there must be a key at character 1, got "a: 1}"'],
    ['["a\nb"]', "there must be a JSON string at character 1"],
  ])("%j is refused: %s", (text, message) => {
    expect(() => jsonLeaves(text)).toThrow(message);
  });

  it("places are those that JSON.parse reads", () => {
    const document = { a: [1.5e-7, { 'b"\\': "x\u20ac\n" }, [], {}], c: null, "": -0.25 };
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, 2)]) {
      const { leaves, span } = jsonLeaves(`so: ${text}.`);
      expect(span).toEqual([4, 4 + text.length]);
      // biome-ignore lint: a path leads anywhere
      for (const { path, value } of leaves) expect(path.reduce((at: any, key) => at[key], document)).toBe(value);
      expect(leaves.map(({ value }) => value)).toEqual([1.5e-7, "x€\n", null, -0.25]);
    }
  });
});

describe("scores of labels", () => {
  const yes: Token = ["yes", -0.2123456, { yes: -0.2123456, " yes": -2.5123456, no: -3.1123456 }];

  it("of one token, or of any of several", async () => {
    const capture = await captured([yes]);
    const { labels, scores, stage } = scoreLabels(capture, [{ name: "yes", tokens: ["yes", " yes"] }, "no"]);
    expect({ labels, stage }).toEqual({ labels: ["yes", "no"], stage: "unknown" });
    near(scores[0]!.logprob!, Math.log(Math.exp(-0.2123456) + Math.exp(-2.5123456)));
    expect(scores[1]!.logprob).toBe(-3.1123456);
  });

  it("of a token that is not listed: an interval, never a number", async () => {
    const capture = await captured([yes]);
    const { scores } = scoreLabels(capture, ["yes", "maybe", { name: "no", tokens: ["no", " no"] }]);
    // 0.066 is unseen, but no token has more than the smallest listed one.
    const cap = Math.exp(-3.1123456);
    expect(scores[1]).toEqual({ lo: -Infinity, hi: expect.closeTo(Math.log(cap), 4) });
    expect(scores[2]!.logprob).toBeUndefined();
    expect(scores[2]!.lo).toBeCloseTo(-3.1123456, 4);
    expect(scores[2]!.hi).toBeCloseTo(Math.log(2 * cap), 4);
  });

  it("of a chosen token beside the list", async () => {
    const capture = await captured([["maybe", -4.1123456, { yes: -0.2123456, no: -2.1123456 }]]);
    expect(scoreLabels(capture, ["maybe"]).scores[0]!.logprob).toBe(-4.1123456);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "a step that does not exist",
      async () => scoreLabels(await captured([yes]), ["yes"], { step: 3 }),
      "the step must be an integer in [0, 0], got 3",
    ],
    [
      "a token of two labels",
      async () => scoreLabels(await captured([yes]), ["yes", { name: "y", tokens: ["yes"] }]),
      'each token must stand for one label, got "yes" twice',
    ],
    [
      "no such token in a full list",
      async () =>
        scoreLabels(await readLogprobs(JSON.parse(golden("transformers.json"))), [{ name: "x", tokens: [99] }]),
      "a token of x must be one of the vocabulary",
    ],
  ])("%s is refused", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  // A model of three tokens: a (0), b (1), end (2), whose scores depend on the last token.
  const asked: string[] = [];
  const model = (prefix: readonly number[]): number[] => {
    asked.push(prefix.join(""));
    return [
      Math.log([0.5, 0.2, 0.3][prefix.length % 3]!) + 7,
      Math.log(0.25) + 7,
      7 + Math.log(prefix.length > 0 ? 0.55 : 0.25),
    ];
  };

  it("of several tokens: the chain of their probabilities, each prefix asked for once", async () => {
    const labels = [
      { name: "a", tokens: [0] },
      { name: "ab", tokens: [0, 1] },
      { name: "aa", tokens: [0, 0] },
    ];
    const { scores } = await scoreTokenLabels(model, labels);
    near(scores[0]!.logprob!, Math.log(0.5));
    near(scores[1]!.logprob!, Math.log(0.5 * 0.25));
    near(scores[2]!.logprob!, Math.log(0.5 * 0.2));
    expect(asked).toEqual(["", "0"]);
    const ended = await scoreTokenLabels(model, labels, { end: 2 });
    near(ended.scores[0]!.logprob!, Math.log(0.5 * 0.55));
    const mean = await scoreTokenLabels(model, labels, { over: "mean" });
    near(mean.scores[1]!.logprob!, Math.log(0.5 * 0.25) / 2);
    await expect(scoreTokenLabels(model, [{ name: "z", tokens: [9] }])).rejects.toThrow(
      "a token must be in [0, 2], got 9 for z",
    );
    await expect(scoreTokenLabels(model, [{ name: "z", tokens: [] }])).rejects.toThrow(
      "at least 1 token, got none for z",
    );
  });

  it("of the end of an echoed prompt", async () => {
    const capture = await readLogprobs(golden("openai-legacy-echo.json"));
    const sum = (from: number): number => capture.steps.slice(from).reduce((total, { logprob }) => total + logprob, 0);
    near(scoreEnding(capture, " €.").logprob!, sum(capture.steps.length - 4));
    near(scoreEnding(capture, ".").logprob!, sum(capture.steps.length - 1));
    expect(() => scoreEnding(capture, "sts 3 €.")).toThrow('whole tokens at the end must spell it, got " costs"');
    expect(() => scoreEnding(capture, "€!")).toThrow("whole tokens at the end must spell it");
  });
});

describe("label scores without their prior, as a table", () => {
  const scores = (...logprobs: number[]): LabelScores => ({
    labels: ["yes", "no"],
    stage: "raw",
    scores: logprobs.map((logprob) => ({ lo: logprob, hi: logprob, logprob })),
  });

  it("a prior of one input is subtracted; a uniform one changes no difference", () => {
    const corrected = withoutPrior(scores(-0.3, -1.9), scores(-0.5, -2.5));
    near(corrected.scores[0]!.logprob! - corrected.scores[1]!.logprob!, -0.3 + 1.9 - (-0.5 + 2.5));
    const same = withoutPrior(scores(-0.3, -1.9), scores(-3, -3));
    near(same.scores[0]!.logprob! - same.scores[1]!.logprob!, 1.6);
  });

  it("a prior of several inputs is the mean of their shares", () => {
    const { scores: corrected } = withoutPrior(scores(-1, -1), [
      scores(Math.log(0.6), Math.log(0.2)),
      scores(Math.log(0.1), Math.log(0.1)),
    ]);
    near(corrected[0]!.logprob! - corrected[1]!.logprob!, Math.log(0.375 / 0.625));
  });

  it("intervals stay intervals that hold every prior within them", () => {
    const wide: LabelScores = {
      labels: ["yes", "no"],
      stage: "raw",
      scores: [
        { lo: -0.5, hi: -0.5, logprob: -0.5 },
        { lo: -Infinity, hi: -3 },
      ],
    };
    const { scores: corrected } = withoutPrior(scores(-0.3, -1.9), wide);
    expect(corrected[0]!.logprob).toBeUndefined();
    for (const no of [-3, -5, -20]) {
      const one = withoutPrior(scores(-0.3, -1.9), scores(-0.5, no)).scores;
      for (const k of [0, 1]) {
        expect(corrected[k]!.lo).toBeLessThanOrEqual(one[k]!.logprob! + 1e-12);
        expect(corrected[k]!.hi).toBeGreaterThanOrEqual(one[k]!.logprob! - 1e-12);
      }
    }
    expect(() => withoutPrior(scores(-1, -1), { ...scores(-1, -1), labels: ["a", "b"] })).toThrow(
      "the prior must have the labels yes, no, got a, b",
    );
  });

  it("is a source that calibrate and evaluate take", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => scores(-0.05 - 0.02 * (i % 7), -3 + 0.2 * (i % 5)));
    const truth = rows.map((_, i) => (i % 4 === 0 ? "no" : "yes"));
    const data = labelSource(rows, { truth });
    expect(data.capture).toMatchObject({ kind: "logits", stage: "raw", coverage: { topK: 2, mass: { length: 200 } } });
    const { metrics } = await evaluate(data, { replicates: 0 });
    expect(metrics["accuracy"]!.value).toBeCloseTo(0.75, 9);
    const { params } = await calibrate(data, { replicates: 0 });
    expect(params["temperature"]).toBeGreaterThan(1);
  });

  it("a label that is not listed is refused by name, unless it is said what stands for it", () => {
    const row: LabelScores = {
      labels: ["yes", "no"],
      stage: "raw",
      scores: [
        { lo: -0.1, hi: -0.1, logprob: -0.1 },
        { lo: -Infinity, hi: -4.5 },
      ],
    };
    expect(() => labelSource([row])).toThrow(
      "every label must be listed, got a score anywhere in [-Infinity, -4.500] for no in row 0",
    );
    expect(labelSource([row], { missing: "upper" }).notes).toEqual([
      "no was not listed in 1 of 1 rows: read as the largest score that they may have.",
    ]);
    expect(labelSource([row], { missing: "mask" }).notes).toEqual([
      "no was not listed in 1 of 1 rows: read as −Infinity.",
    ]);
    expect(() => labelSource([row, { ...row, labels: ["a", "b"] }], { missing: "mask" })).toThrow(
      "every row must have yes, no, got a, b in row 1",
    );
    expect(() => labelSource([row], { missing: "mask", truth: ["maybe"] })).toThrow(
      "each must be one of yes, no, got maybe in row 0",
    );
  });
});
