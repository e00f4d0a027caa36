import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readLogprobs } from "logits/formats";
import { describe, expect, it } from "vitest";
import { inspectPayload } from "./inspectPayload.js";

const golden = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../test/golden/payloads/${file}`, import.meta.url)), "utf8");

describe("inspection of a payload", () => {
  it("says who wrote it, what is listed, and how sure the model was", async () => {
    const found = inspectPayload(await readLogprobs(golden("llama-cpp.json")), { vocabulary: 18 });
    expect(found).toMatchObject({
      kind: "logprobs",
      shape: "llama.cpp",
      engine: "llama.cpp",
      stage: "raw",
      temperature: 1,
      tokens: 7,
      coverage: { topK: 3, mass: { length: 7 } },
      least: { index: 4, text: "\uFFFD" },
      text: "Tea costs 3 €.",
    });
    expect(found.perplexity.value).toBeCloseTo(
      Math.exp(-Math.log(0.61234 * 0.41329 * 0.71003 * 0.90241 * 0.00411 * 0.99307 * 0.83341) / 7),
      3,
    );
    expect(found.entropy.lo).toBeLessThan(found.entropy.hi);
    expect(found.entropy.hi).toBeLessThan(1);
  });

  it("without the vocabulary the entropy has a lower end only", async () => {
    const { entropy } = inspectPayload(await readLogprobs(golden("openai-chat.json")));
    expect(entropy.lo).toBeGreaterThan(0);
    expect(entropy).toMatchObject({ hi: Infinity });
    expect(entropy.value).toBeUndefined();
  });

  it("whole distributions have full coverage and an entropy that is a number", async () => {
    const found = inspectPayload(await readLogprobs(golden("transformers.json")));
    expect(found.coverage).toBe("full");
    expect(found.entropy.value).toBeGreaterThan(0);
  });

  it("a prompt has a perplexity of its own", async () => {
    expect(inspectPayload(await readLogprobs(golden("sglang.json")))).toMatchObject({ promptTokens: 1, tokens: 7 });
  });
});
