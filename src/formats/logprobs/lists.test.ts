import { LogitsError } from "logits";
import { readLogprobs, type ReadLogprobsOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import { chat, one } from "./chat.fixture.js";

describe("a list that is not that of the most probable tokens bounds nothing", () => {
  const beside = { token: "c", logprob: -1.2123456, bytes: null };
  it("the chosen token is more probable than the last of it, and not in it", async () => {
    const step = { ...beside, top_logprobs: one(0, ["a", -0.8859], ["b", -2.9714299]).top_logprobs! };
    const { steps, notes } = await readLogprobs(chat(step), { engine: "openai" });
    expect(steps[0]!.coverage).toMatchObject({ cap: 0 });
    expect(notes.join("\n")).toContain("1 list leaves out a token that is more probable than its last");
  });

  it("an entry has no number", async () => {
    const candidates = [
      { token: "a", tokenId: 1 },
      { token: "b", tokenId: 2, logProbability: -15.1234567 },
    ];
    const logprobsResult = { chosenCandidates: candidates.slice(0, 1), topCandidates: [{ candidates }] };
    const { steps } = await readLogprobs({ candidates: [{ logprobsResult }] });
    expect(steps[0]!.coverage).toMatchObject({ cap: 0 });
  });

  it("ranks are missing in it, as with vLLM's logprob_token_ids", async () => {
    const entry = (logprob: number, rank: number): unknown => ({ logprob, rank, decoded_token: "" });
    const logprobs = [{ 7: entry(-1.6123456, 2), 9: entry(-2.3123456, 3), 5: entry(-9.1234567, 500) }];
    const { steps } = await readLogprobs({ outputs: [{ text: "a", token_ids: [7], logprobs }] });
    expect(steps[0]!.top.map(({ id }) => id)).toEqual([7, 9, 5]);
    expect(steps[0]!.coverage).toMatchObject({ cap: 0 });
  });
});

describe("what a list says twice, or two ways", () => {
  it("a token that is listed twice counts once", async () => {
    const { steps, notes } = await readLogprobs(chat(one(-0.8859, ["a", -0.8859], ["a", -0.8859], ["b", -2.9714299])));
    expect(steps[0]!.top.map(({ text }) => text)).toEqual(["a", "b"]);
    expect((steps[0]!.coverage as { mass: number }).mass).toBeCloseTo(Math.exp(-0.8859) + Math.exp(-2.9714299), 12);
    expect(notes.join("\n")).toContain("1 entry of the lists was there twice: it counts once");
  });

  it("two tokens of one spelling and different numbers are two", async () => {
    const { steps } = await readLogprobs(chat(one(-0.8859, ["a", -0.8859], ["a", -1.2123456], ["b", -2.9714299])));
    expect(steps[0]!.top).toHaveLength(3);
  });

  it("a chosen token with another number beside its list than in it is said", async () => {
    const { notes } = await readLogprobs(chat(one(-1.2036, ["a", -0.4904], ["b", -2.9714299])));
    expect(notes.join("\n")).toContain("1 chosen token has another number beside its list than in it");
    const same = await readLogprobs(chat(one(-0.49041, ["a", -0.4904], ["b", -2.9714299])));
    expect(same.notes.join("\n")).not.toContain("another number");
  });
});

describe("what the caller says is checked", () => {
  it.each<[ReadLogprobsOptions, string, string]>([
    [{ choice: 5 }, "bad-argument", "choice must be an integer in [0, 0], got 5"],
    [{ choice: -1 }, "bad-argument", "choice must be an integer ≥ 0, got -1"],
    [{ temperature: 0 }, "bad-argument", "temperature must be a number > 0, got 0"],
    [{ vocabulary: -3 }, "bad-argument", "vocabulary must be an integer ≥ 1, got -3"],
    [{ vocabulary: 1 }, "bad-data", "the vocabulary must hold the 2 tokens listed at token 0, got 1"],
    [{ stage: "cooked" as "raw" }, "bad-argument", "stage must be one of raw, processed, unknown, got cooked"],
  ])("%j", async (options, code, message) => {
    const payload = chat(one(-0.1234567, ["a", -0.1234567], ["b", -3.1234567]));
    const error = await readLogprobs(payload, options).catch((thrown: unknown) => thrown);
    if (!LogitsError.isInstance(error)) throw new Error("it was read, or failed otherwise", { cause: error });
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });
});
