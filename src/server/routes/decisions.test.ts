import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchHandler, Service } from "logits/server";
import { describe, expect, it, onTestFinished } from "vitest";

const policy = {
  kind: "policy",
  version: 1,
  name: "pets",
  method: "threshold",
  params: { positive: ["dog"], threshold: 0, above: "bark", below: "pass" },
  classes: ["cat", "dog", "bird"],
  calibrator: { method: "temperature", params: { temperature: 1.7 } },
};

async function asked(input: unknown, questions: object[]): Promise<{ status: number; json: Record<string, any> }> {
  const folder = mkdtempSync(join(tmpdir(), "logits-decisions-"));
  const file = join(folder, "pets.json");
  writeFileSync(file, JSON.stringify(policy));
  const service = await Service.start({ policy: file });
  onTestFinished(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const body = JSON.stringify({ model: "pets", input, questions });
  const headers = { "content-type": "application/json" };
  const url = "http://local/v1/decisions";
  const response = await fetchHandler(service, { version: "0" })(new Request(url, { method: "POST", body, headers }));
  return { status: response.status, json: (await response.json()) as Record<string, any> };
}

const scores = { logits: [3.1, 2.9, -1] };
const part = { type: "input_json", data: scores };
const text = JSON.stringify(scores);
const isDog = [{ type: "predicate", instructions: "A dog?" }];

describe("what OpenAI's clients send", () => {
  it.each<[string, unknown]>([
    [
      "text that is JSON, which the SDK makes of long rows",
      [{ role: "user", content: [{ type: "input_text", text }] }],
    ],
    ["nothing but text", text],
    ["a list of documents", [{ role: "user", content: [{ type: "input_json", data: [scores] }] }]],
    [
      "other messages and parts beside",
      [
        { role: "system", content: "Be careful." },
        { type: "message", role: "user", content: [{ type: "input_text", text: "{a photograph}" }, part] },
      ],
    ],
    [
      "a tool's output",
      [
        { type: "function_call", name: "classify", arguments: "{}", call_id: "1" },
        { type: "function_call_output", call_id: "1", output: text },
      ],
    ],
  ])("is read: %s", async (_, input) => {
    const { json, status } = await asked(input, isDog);
    expect(status).toBe(200);
    expect(json["answers"][0]).toMatchObject({ type: "predicate", name: null, probability: expect.closeTo(0.4493, 4) });
    expect(json["usage"]).toMatchObject({ total_tokens: 0, input_tokens_details: { cached_tokens: 0 } });
  });

  it("is answered with the labels of levels", async () => {
    const levels = ["low", "middle", "high"].map((label) => ({ label }));
    const { json } = await asked(text, [{ type: "score", name: "size", levels }]);
    const last = { value: 2, label: "high", probability: expect.closeTo(0.0453, 2) };
    expect(json["answers"][0].probabilities[2]).toEqual(last);
  });

  it("is refused where it is unclear which scores are meant", async () => {
    const { json, status } = await asked([{ role: "user", content: [part, part] }], isDog);
    expect(status).toBe(400);
    expect(json["error"].message).toBe("Cannot decide: the input must have one part with logits, got several");
    expect((await asked("a photograph", isDog)).status).toBe(400);
  });
});
