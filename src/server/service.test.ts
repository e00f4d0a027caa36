import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { applyCalibrator } from "logits/calibrate";
import { decider } from "logits/decide";
import { softmax } from "logits/math";
import { fetchHandler, recordsOf, replayTrail } from "logits/server";
import { describe, expect, it } from "vitest";
import type { Policy } from "../core/index.js";
import { shareOf } from "./deciding.js";
import { routes } from "./routes/index.js";
import { base, folder, normalRows, row, service, write } from "./service.fixture.js";

describe("service", () => {
  it("decides as the policy does, the same from JSON, base64 and bytes, and records each", async () => {
    const { ask, audit } = await service();
    const listed = await ask("/v1/decide", { logits: [row, [0, 5, "-Infinity"]], ids: ["a", "b"] });
    expect(listed.status).toBe(200);
    const [first, second] = listed.json["decisions"];
    expect(first).toMatchObject({ id: "a", row: 0, action: "pass", policy: listed.json["policy"] });
    expect(first.p).toBeCloseTo(0.4493, 4);
    expect(second).toMatchObject({ id: "b", row: 1, action: "bark", class: "dog" });
    const floats = Float32Array.of(...row, 0, 5, -Infinity);
    const bytes = new Uint8Array(floats.buffer);
    const binary = await ask("/v1/decide?id=q", bytes);
    const encoded = await ask("/v1/decide", { base64: Buffer.from(bytes).toString("base64") });
    for (const { json } of [binary, encoded]) {
      expect(json["decisions"][1].p).toBe(second.p);
      expect(json["decisions"][0].p).toBeCloseTo(first.p, 6);
    }
    expect(binary.json["decisions"][1].id).toBe("q-1");
    const doubles = await ask("/v1/decide?dtype=f8", new Uint8Array(Float64Array.of(...row, 0, 5, -Infinity).buffer));
    expect(doubles.json["decisions"][0].p).toBe(first.p);
    expect([...recordsOf(audit)].filter(({ kind }) => kind === "decide").length).toBe(4);
    expect(replayTrail(audit)).toEqual({ rows: 8, same: 8, withoutScores: 0, differ: [] });
  });

  it.each([
    [{ logits: [1, 2] }, 400, /3 classes, got 2/],
    [{ logits: [1, 2, null] }, 400, /row 0, column 2 must be a number or "-Infinity", got null/],
    [{ logits: [1, "NaN", 2] }, 400, /row 0, column 1 must be a number or "-Infinity", got "NaN"/],
    [{ logits: [["-Infinity", "-Infinity", "-Infinity"]] }, 400, /Infinity|masked/],
    [{ logits: row, base64: "AAAA" }, 400, /either logits or base64/],
    [{ logits: row, policy: "other" }, 400, /policy must be one of pets/],
    [{ logits: row, ids: ["a", "b"] }, 400, /one a row/],
    [{ logits: row, extra: 1 }, 400, /additional/],
  ])("refuses %j", async (body, status, message) => {
    const { ask } = await service();
    const { status: got, json } = await ask("/v1/decide", body);
    expect(got).toBe(status);
    expect(json["error"].message).toMatch(message);
  });

  it.each([
    ["threshold", { positive: ["cat", 'd"o\\g'], threshold: 0.2, above: "bark\n", below: "pass" }, {}],
    ["selective", { threshold: 2, accept: "accept", abstain: "ask" }, {}],
    ["selective", { threshold: 2, accept: "accept", abstain: "ask" }, { rules: [{ never: "accept", instead: "é" }] }],
    ["multilabel", { thresholds: { cat: 0, 'd"o\\g': 1 }, above: "flag", below: "pass" }, {}],
  ])("says in an answer what the policy decides, word for word: %s %j", async (method, params, rest) => {
    const policy: Policy = { kind: "policy", version: 1, method, params, classes: ["cat", 'd"o\\g', "bird"], ...rest };
    const { ask, audit } = await service({ policy: write("pets.json", policy) });
    const batch = normalRows(5, 200, 2);
    const { json } = await ask("/v1/decide?id=r", new Uint8Array(Float32Array.from(batch.values).buffer));
    expect(json["decisions"]).toEqual(decider(policy)(batch).map((one, row) => ({ ...one, id: `r-${row}` })));
    expect(replayTrail(audit)).toMatchObject({ rows: 200, same: 200 });
  });

  it("gives calibrated probabilities, as JSON and as f32", async () => {
    const { ask } = await service();
    const { json } = await ask("/v1/probabilities", { logits: row });
    const p = softmax(
      applyCalibrator({ kind: "logits", values: Float64Array.from(row), rows: 1, classes: 3 }, base.calibrator!),
    );
    expect(json["probabilities"][0]).toEqual(Array.from(p));
    const { bytes } = await ask("/v1/probabilities", { logits: row }, { accept: "application/octet-stream" });
    expect(Array.from(new Float32Array(Uint8Array.from(bytes).buffer))).toEqual(Array.from(Float32Array.from(p)));
  });

  it("explains a row, and says in one sentence what is torn", async () => {
    const { ask } = await service();
    const { json } = await ask("/v1/explain", { logits: row, label: "cat" });
    expect(json["text"]).toMatch(/^torn: cat 50\.5 % vs dog 44\.9 %/);
  });

  it("answers agents in the shape of OpenAI's decisions", async () => {
    const { ask } = await service();
    const input = [
      { role: "user", content: [{ type: "input_json", data: { logits: { bird: -1, cat: 3.1, dog: 2.9 } } }] },
    ];
    const questions = [
      { type: "choice", name: "animal", choices: [{ value: "bird" }, { value: "cat" }, { value: "dog" }] },
      { type: "predicate", name: "isDog", instructions: "A dog?" },
      { type: "score", name: "size", levels: [{ label: "0" }, { label: "1" }, { label: "2" }] },
    ];
    const { json, status } = await ask("/v1/decisions", { model: "pets", input, questions });
    expect(status).toBe(200);
    const [choice, predicate, score] = json["answers"];
    expect(choice.choice).toBe("cat");
    const sum = choice.probabilities.reduce(
      (total: number, { probability }: { probability: number }) => total + probability,
      0,
    );
    expect(sum).toBeCloseTo(1, 12);
    expect(predicate.probability).toBeCloseTo(0.4493, 4);
    expect(predicate.decision.action).toBe("pass");
    expect(score.score).toBeCloseTo(0.4493 + 2 * 0.0453, 3);
    const some = await ask("/v1/decisions", {
      input,
      questions: [{ type: "choice", name: "animal", choices: [{ value: "cat" }] }],
    });
    expect(some.status).toBe(400);
  });

  it("holds late labels against what was said: each once, a correction recorded, unknown ids named", async () => {
    const { ask, audit } = await service();
    await ask("/v1/decide", { logits: [row, row], id: "r" });
    await ask("/v1/decide", { logits: row, ids: ["mine"] });
    const labels = [
      { id: "r", row: 1, label: "dog" },
      { id: "r-0", label: "cat" },
      { id: "mine", label: "dog" },
      { id: "gone", label: "cat" },
    ];
    expect((await ask("/v1/labels", { labels })).json).toEqual({
      accepted: 4,
      matched: 3,
      repeated: 0,
      unknown: ["gone"],
      otherClass: [],
      hint: expect.stringContaining("the last 100,000 rows"),
    });
    expect((await ask("/v1/labels", { labels: labels.slice(0, 3) })).json).toEqual({
      accepted: 0,
      matched: 0,
      repeated: 3,
      unknown: [],
      otherClass: [],
    });
    const { text } = (await ask("/metrics")).json as unknown as { text: string };
    // Two of three were dogs, and each was said with .4493.
    expect(Number(/^logits_calibration_error (\S+)/m.exec(text)![1])).toBeCloseTo(2 / 3 - 0.4493, 3);
    expect([...recordsOf(audit)].filter(({ kind }) => kind === "label").length).toBe(4);
  });

  it("lets a canary decide its share by id, and records what a shadow would have done", async () => {
    const other = { ...base, params: { ...base.params, threshold: -9 } };
    const policies = join(folder, "policies");
    mkdirSync(policies);
    write("policies/default.json", { ...base, name: "default" });
    write("policies/new.json", { ...other, name: "new" });
    write("policies/next.json", { ...other, name: "next", params: { ...other.params, above: "next" } });
    const { ask, audit } = await service({ policy: policies, canary: { policy: "new", share: 0.3 }, shadow: "next" });
    const ids = Array.from({ length: 400 }, (_, i) => `row${i}`);
    const body = { logits: ids.map(() => [5, 0, 0]), ids };
    const { json } = await ask("/v1/decide", body);
    const barked = json["decisions"].filter(({ action }: { action: string }) => action === "bark");
    expect(barked.map(({ id }: { id: string }) => id)).toEqual(ids.filter((id) => shareOf(id) < 0.3));
    expect(barked.length).toBeGreaterThan(80);
    expect(barked.length).toBeLessThan(160);
    expect((await ask("/v1/decide", body)).json["decisions"]).toEqual(json["decisions"]);
    const record = [...recordsOf(audit)].find(({ kind }) => kind === "decide")!;
    expect(JSON.parse(record.body).shadow.decisions[0][0]).toBe("next");
    expect(replayTrail(audit).differ).toEqual([]);
    const metrics = String((await ask("/metrics")).json["text"]);
    expect(metrics).toContain("logits_shadow_disagreements_total{} 800");
    const counted = `logits_decisions_total{policy="new",action="bark",role="canary"} ${2 * barked.length}`;
    expect(metrics).toContain(counted);
  });

  it("serves a document that is valid OpenAPI 3.1 in its parts, from the schemas that check requests", async () => {
    const { ask } = await service();
    const { json } = await ask("/openapi.json");
    expect(json["openapi"]).toBe("3.1.0");
    expect(Object.keys(json["paths"]).sort()).toEqual([...new Set(routes.map(({ url }) => url))].sort());
    const ajv = new Ajv2020({ strict: false });
    for (const { body, answer } of routes) {
      if (body) expect(ajv.validateSchema(body)).toBe(true);
      if (typeof answer !== "string") expect(ajv.validateSchema(answer)).toBe(true);
    }
    expect(json["paths"]["/v1/decide"].post.operationId).toBe("postV1Decide");
    expect(json["paths"]["/readyz"].get.security).toEqual([]);
    expect(Object.keys(json["paths"]["/readyz"].get.responses)).toEqual(["200", "503"]);
    const { content } = json["paths"]["/v1/probabilities"].post.responses["200"];
    expect(Object.keys(content)).toEqual(["application/json", "application/octet-stream"]);
    const decided = ajv.compile(routes[0]!.answer as object);
    expect(decided((await ask("/v1/decide", { logits: row })).json)).toBe(true);
  });

  it("is a fetch handler as well", async () => {
    const { started } = await service();
    const handle = fetchHandler(started, { version: "0" });
    const answer = await handle(
      new Request("http://local/v1/decide", {
        method: "POST",
        body: JSON.stringify({ logits: row }),
        headers: { "content-type": "application/json" },
      }),
    );
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { decisions: { action: string }[] }).decisions[0]!.action).toBe("pass");
  });
});
