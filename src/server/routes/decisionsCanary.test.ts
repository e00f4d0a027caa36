import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { softmax } from "logits/math";
import { createApp, Service } from "logits/server";
import { expect, it, onTestFinished } from "vitest";

const classes = ["cat", "dog"];
const policy = (temperature: number, params: object = { positive: ["dog"], threshold: 0 }): object => ({
  kind: "policy",
  version: 1,
  method: "positive" in params ? "threshold" : "selective",
  params: { ...("positive" in params && { above: "bark", below: "pass" }), ...params },
  classes,
  calibrator: { method: "temperature", params: { temperature } },
});

/** A main policy, a canary that decides half of the rows, and how they are asked. */
async function asking(canary: object) {
  const folder = mkdtempSync(join(tmpdir(), "logits-decisions-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "policies"));
  const files = { default: policy(1), new: canary };
  for (const [name, document] of Object.entries(files))
    writeFileSync(join(folder, "policies", `${name}.json`), JSON.stringify({ ...document, name }));
  const service = await Service.start({
    policy: join(folder, "policies"),
    canary: { policy: "new", share: 0.5 },
  });
  onTestFinished(() => service.close());
  const app = createApp(service, { version: "0" });
  return async (questions: object[], more: object = {}): Promise<{ status: number; json: Record<string, any> }> => {
    const input = [{ role: "user", content: [{ type: "input_json", data: { logits: [0, 1] } }] }];
    const { statusCode, payload } = await app.inject({
      method: "POST",
      url: "/v1/decisions",
      headers: { "content-type": "application/json" },
      payload: JSON.stringify({ input, questions, ...more }),
    });
    return { status: statusCode, json: JSON.parse(payload) };
  };
}

const choice = { type: "choice", name: "animal", choices: classes.map((value) => ({ value })) };
const predicate = { type: "predicate", name: "isDog", instructions: "A dog?" };

it("gives the probabilities, name and version of the policy that decided, be it the canary", async () => {
  const ask = await asking(policy(4));
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const { json } = await ask([choice, predicate]);
    const [chosen, isDog] = json["answers"];
    const temperature = json["model"] === "new" ? 4 : 1;
    const p = softmax(Float64Array.of(0, 1 / temperature))[1];
    expect(chosen.probabilities[1].probability).toBeCloseTo(p!, 12);
    expect(isDog.probability).toBeCloseTo(p!, 12);
    expect(json["policy"]).toBe(chosen.decision.policy);
    seen.add(json["model"]);
  }
  expect([...seen].sort()).toEqual(["default", "new"]);
});

it("refuses a question that the canary could not answer, whoever would have been asked", async () => {
  const ask = await asking(policy(4, { threshold: 0, accept: "accept", abstain: "ask" }));
  for (let i = 0; i < 10; i++) expect((await ask([predicate])).status).toBe(400);
  expect((await ask([predicate], { model: "default" })).status).toBe(400);
  expect((await ask([choice])).status).toBe(200);
});
