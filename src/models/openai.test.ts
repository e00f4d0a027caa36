import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInModel, type LocalModel, onnx, openai } from "./index.js";

const tokenizer = join(builtInModel.onnx, "../../tokenizer.json");

/** A server of completions in front of the built-in model: the 20 most probable tokens, in one of the forms that real servers give. */
type Form = "object" | "content" | "ids" | "plain" | "broken" | "refusing";

describe("a model behind an OpenAI-compatible server", () => {
  let inner: LocalModel;
  let server: Server;
  let form: Form = "object";
  let asked: Record<string, unknown> = {};
  let authorization: string | undefined;
  let baseURL: string;

  beforeAll(async () => {
    inner = await onnx(builtInModel.onnx);
    server = createServer(async (request, response) => {
      authorization = request.headers.authorization;
      asked = JSON.parse(await bodyOf(request)) as Record<string, unknown>;
      if (form === "refusing") return response.writeHead(401).end('{"error":"no key"}');
      response.setHeader("content-type", "application/json");
      response.end(form === "broken" ? "<html>" : JSON.stringify(await answer(asked)));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(async () => {
    server.close();
    await inner.close();
  });

  async function answer({ prompt, logprobs }: Record<string, unknown>): Promise<unknown> {
    const { tokens, logits, logSumExp } = await inner.top(prompt as number[], logprobs as number);
    const entries = tokens.map((id, i) => ({
      id,
      token: new TextDecoder().decode(inner.tokenBytes(id)),
      bytes: [...inner.tokenBytes(id)!],
      logprob: logits[i]! - logSumExp,
    }));
    if (form === "plain") return { choices: [{ text: "x" }] };
    const named = Object.fromEntries(entries.map(({ token, logprob }) => [token, logprob]));
    if (form === "object") return { choices: [{ text: entries[0]!.token, logprobs: { top_logprobs: [named] } }] };
    const listed = entries.map(({ id, token, bytes, logprob }) =>
      form === "ids" ? { id, token: "?", bytes: [63], logprob } : { token, bytes, logprob },
    );
    return { choices: [{ logprobs: { content: [{ ...listed[0], top_logprobs: listed }] } }] };
  }

  it.each<Form>(["object", "content", "ids"])(
    "reads the %s form: what is listed is exact, the rest is masked, and the capture says so",
    async (which) => {
      form = which;
      const model = await openai({ baseURL, model: "tiny", tokenizer, apiKey: "secret" });
      const ids = await model.tokenize("It was a truth", { bos: true });
      const got = await model.next(ids);
      const { tokens, logits, logSumExp } = await inner.top(ids, 20);
      expect(asked).toMatchObject({ model: "tiny", prompt: ids, max_tokens: 1, temperature: 1, logprobs: 20 });
      expect(authorization).toBe("Bearer secret");
      expect(got).toHaveLength(50257);
      expect(Array.from(got).filter((value) => value > -Infinity)).toHaveLength(20);
      for (const [i, id] of tokens.entries()) expect(got[id]).toBeCloseTo(logits[i]! - logSumExp, 4);
      const mass = logits.reduce((sum, logit) => sum + Math.exp(logit - logSumExp), 0);
      expect(model.capture).toEqual({
        kind: "logprobs",
        stage: "unknown",
        coverage: { topK: 20, mass: [expect.closeTo(mass, 4)] },
      });
      expect(model.eos).toEqual([50256]);
      await model.close();
    },
  );

  it.each<[Form, RegExp]>([
    ["plain", /must have top_logprobs, got none/],
    ["broken", /must be JSON, got <html>/],
    ["refusing", /must be 200, got 401/],
  ])("says what is wrong with a %s answer", async (which, message) => {
    form = which;
    const model = await openai({ baseURL, model: "tiny", tokenizer });
    await expect(model.next([1])).rejects.toThrow(message);
  });

  it("says so when no server answers, or when there is no tokenizer", async () => {
    const model = await openai({ baseURL: "http://127.0.0.1:1/v1", model: "tiny", tokenizer });
    await expect(model.next([1])).rejects.toThrow(/Cannot ask .* the server must answer, got/);
    await expect(openai({ baseURL, model: "tiny", tokenizer: "nowhere.json" })).rejects.toThrow(/got no file/);
    await expect(openai({ baseURL, model: "tiny", tokenizer, top: 0 })).rejects.toThrow(/at least 1, got 0/);
    await expect(model.next([])).rejects.toThrow(/at least 1 token/);
    await model.close();
    await expect(model.next([1])).rejects.toThrow(/must be open/);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
