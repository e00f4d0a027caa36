import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LogprobCapture, readLogprobs, type ReadLogprobsOptions } from "logits/formats";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../test/golden/payloads/", import.meta.url));
const textOf = (file: string): string => readFileSync(folder + file, "utf8");
interface Truth {
  text: string;
  first: number;
  steps: { id: number; text: string; bytes: number[]; logprob: number; top: { text: string; logprob: number }[] }[];
}
const truth = JSON.parse(textOf("truth.json")) as Truth;

type Says = Pick<LogprobCapture, "shape" | "engine" | "stage"> & {
  bytes?: false;
  lost?: "only ids";
  top?: false;
  prompt?: number;
};
/** What each file is, and what it lacks: bytes, spellings, or (Together) the other tokens. */
const files: Record<string, Says> = {
  "openai-chat.json": { shape: "openai-chat", engine: "openai-compatible", stage: "unknown" },
  "openai-chat.sse": { shape: "openai-chat", engine: "openai-compatible", stage: "unknown" },
  "llama-cpp-chat.json": { shape: "openai-chat", engine: "llama.cpp", stage: "raw" },
  "tgi-chat.json": { shape: "openai-chat", engine: "openai-compatible", stage: "unknown", bytes: false },
  "vllm-chat.json": { shape: "openai-chat", engine: "vllm", stage: "raw", bytes: false, lost: "only ids", prompt: 2 },
  "vllm-offline.json": { shape: "vllm", engine: "vllm", stage: "raw", bytes: false },
  "vllm-flat.json": { shape: "vllm", engine: "vllm", stage: "raw", bytes: false },
  "openai-legacy.json": { shape: "openai-legacy", engine: "openai-compatible", stage: "unknown" },
  "openai-legacy.sse": { shape: "openai-legacy", engine: "openai-compatible", stage: "unknown" },
  "together.json": { shape: "together", engine: "together", stage: "unknown", bytes: false, top: false },
  "responses.json": { shape: "responses", engine: "openai-compatible", stage: "unknown" },
  "responses.sse": { shape: "responses", engine: "openai-compatible", stage: "unknown" },
  "responses-deltas.sse": { shape: "responses", engine: "openai-compatible", stage: "unknown", bytes: false },
  "llama-cpp.json": { shape: "llama.cpp", engine: "llama.cpp", stage: "raw" },
  "llama-cpp.sse": { shape: "llama.cpp", engine: "llama.cpp", stage: "raw" },
  "llama-cpp-post-sampling.json": { shape: "llama.cpp", engine: "llama.cpp", stage: "processed" },
  "llama-cpp-2024.json": { shape: "llama.cpp", engine: "llama.cpp", stage: "processed", bytes: false },
  "ollama.json": { shape: "ollama", engine: "ollama", stage: "unknown" },
  "ollama.jsonl": { shape: "ollama", engine: "ollama", stage: "unknown" },
  "tgi.json": { shape: "tgi", engine: "tgi", stage: "processed", bytes: false, prompt: 1 },
  "tgi.sse": { shape: "tgi", engine: "tgi", stage: "processed", bytes: false },
  "gemini.json": { shape: "gemini", engine: "gemini", stage: "unknown", bytes: false },
  "gemini.sse": { shape: "gemini", engine: "gemini", stage: "unknown", bytes: false },
  "sglang.json": { shape: "sglang", engine: "sglang", stage: "processed", bytes: false, prompt: 1 },
  "sglang.sse": { shape: "sglang", engine: "sglang", stage: "processed", bytes: false, prompt: 1 },
};

/** The same steps, whatever the shape was. */
function expectTruth({ steps }: Pick<LogprobCapture, "steps">, { bytes, top }: Says): void {
  expect(steps.map(({ logprob }) => logprob)).toEqual(truth.steps.map(({ logprob }) => near(logprob)));
  for (const [i, step] of steps.entries()) {
    const expected = truth.steps[i]!;
    if (bytes !== false) expect(step.bytes).toEqual(expected.bytes);
    if (step.id !== undefined) expect(step.id).toBe(expected.id);
    if (top === false) continue;
    const listed = step.top.filter((token) => token.logprob > expected.top[2]!.logprob - 1e-6);
    expect(listed.map(({ logprob }) => logprob)).toEqual(expected.top.map(({ logprob }) => near(logprob)));
    expect(step.coverage).toMatchObject({ topK: expect.any(Number), mass: expect.closeTo(massOf(i), 6) });
  }
}

const near = (value: number): unknown => expect.closeTo(value, 6);
const massOf = (i: number): number => {
  const { logprob, top } = truth.steps[i]!;
  const all = new Set([logprob, ...top.map((one) => one.logprob)]);
  return [...all].reduce((sum, each) => sum + Math.exp(each), 0);
};

describe("payloads of every shape that tell the same completion", () => {
  it("there is a line for every file", () => {
    const special = ["truth.json", "openai-legacy-echo.json", "transformers.json"];
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(files), ...special].sort());
  });

  it.each(Object.entries(files))("%s gives it, and says what it is", async (file, says) => {
    const capture = await readLogprobs(textOf(file));
    expect(capture).toMatchObject({ shape: says.shape, engine: says.engine, stage: says.stage });
    expectTruth(capture, says);
    expect(capture.temperature).toBe(says.stage === "raw" ? 1 : undefined);
    expect(capture.prompt?.length).toBe(says.prompt);
    expect(capture.text).toBe(truth.text);
    const notes = capture.notes.join("\n");
    if (says.lost) expect(notes).toMatch(/\d+ tokens have an id and no spelling/);
    else if (says.bytes === false)
      expect(notes).toContain(
        "2 tokens are spelled U+FFFD and have no bytes: the text beside them says which characters",
      );
    if (says.lost) return;
    expect(capture.steps.map(({ span }) => capture.text.slice(...span))).toEqual([
      "Tea",
      " costs",
      " 3",
      " ",
      "",
      "€",
      ".",
    ]);
  });

  it.each(Object.keys(files).filter((file) => /sse|jsonl/.test(file)))(
    "%s in pieces of text, or bytes, is the same",
    async (file) => {
      const text = textOf(file);
      const whole = await readLogprobs(text);
      const bytes = new TextEncoder().encode(text);
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97);
      };
      expect(await readLogprobs(pieces())).toEqual(whole);
    },
  );

  it("events may be given as objects, in an array or one after another", async () => {
    const events = textOf("ollama.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const stream = async function* (): AsyncGenerator<unknown> {
      yield* events;
    };
    expectTruth(await readLogprobs(events), files["ollama.jsonl"]!);
    expectTruth(await readLogprobs(stream()), files["ollama.jsonl"]!);
  });

  it("an echo begins with a token that nothing predicts", async () => {
    const capture = await readLogprobs(textOf("openai-legacy-echo.json"));
    expect(capture.text).toBe(`Menu: ${truth.text}`);
    expect(capture.steps).toHaveLength(9);
    expect(capture.steps[0]).toMatchObject({ text: ":", span: [4, 5] });
    expectTruth({ steps: capture.steps.slice(2) }, files["openai-legacy.json"]!);
    expect(capture.notes.join("\n")).toContain("The first token has no prediction");
  });

  it("transformers' logits are whole distributions", async () => {
    const capture = await readLogprobs(JSON.parse(textOf("transformers.json")), { decode: (id) => `<${id}>` });
    expect(capture).toMatchObject({
      shape: "transformers",
      stage: "raw",
      text: truth.steps.map(({ id }) => `<${id - truth.first}>`).join(""),
    });
    for (const [i, step] of capture.steps.entries()) {
      expect(step.coverage).toBe("full");
      expect(step.logprob).toBeCloseTo(truth.steps[i]!.logprob, 6);
      expect(step.top).toHaveLength(18);
      expect(step.top.slice(0, 2).map(({ logprob }) => logprob)).toEqual(
        truth.steps[i]!.top.slice(0, 2).map(({ logprob }) => near(logprob)),
      );
    }
  });
});

describe("what nobody says in the payload", () => {
  const chat = JSON.parse(textOf("openai-chat.json")) as unknown;
  it.each<[string, ReadLogprobsOptions, Partial<LogprobCapture>]>([
    [
      "the engine, whose documentation says the stage",
      { engine: "web-llm" },
      { engine: "web-llm", stage: "processed" },
    ],
    [
      "the stage, where an option of the engine changed it",
      { engine: "vllm", stage: "processed" },
      { stage: "processed" },
    ],
    ["the temperature that is in the numbers", { stage: "processed", temperature: 0.7 }, { temperature: 0.7 }],
    ["an engine of which nothing is known", { engine: "mine" }, { engine: "mine", stage: "unknown" }],
  ])("the caller may: %s", async (_, options, expected) => {
    expect(await readLogprobs(chat, options)).toMatchObject(expected);
  });
});
