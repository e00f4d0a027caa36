import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { all, ask, policy, scratch, served, writeJson } from "./command.js";
import { trailOf } from "./trailOf.js";

const addresses = [
  "/v1/decide",
  "/v1/probabilities",
  "/v1/explain",
  "/v1/guard",
  "/v1/labels",
  "/v1/decisions",
  "/v1/policy",
];
const types = [
  "application/json",
  "application/octet-stream",
  "text/plain",
  "application/json; charset=utf-16",
  "nonsense",
];

/** Bodies that mean nothing: none of them is a row of three finite scores, a label, a question or a policy. */
const malformed = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)),
  fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
  fc
    .record(
      {
        logits: fc.oneof(
          fc.constant([]),
          fc.constant([[]]),
          fc.constant([1, 2]),
          fc.constant([1, 2, 3, 4]),
          fc.constant([1, 2, null]),
          fc.constant([1, "Infinity", 2]),
          fc.constant(["-Infinity", "-Infinity", "-Infinity"]),
          fc.constant([
            [1, 2, 3],
            [1, 2],
          ]),
          fc.constant([[1, 2, 3], 4]),
          fc.constant({ length: 3 }),
          fc.jsonValue().filter((value) => !Array.isArray(value)),
        ),
        base64: fc.oneof(
          fc.string({ minLength: 1 }),
          fc
            .base64String({ minLength: 4, maxLength: 12 })
            .filter((text) => Buffer.from(text, "base64").length % 12 !== 0),
        ),
        ids: fc.jsonValue(),
        kind: fc.jsonValue(),
        policy: fc.oneof(fc.string({ minLength: 2 }), fc.jsonValue()),
        __proto__: fc.jsonValue(),
        labels: fc.jsonValue(),
      },
      { requiredKeys: ["logits"] },
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .constantFrom(
      '{"logits":[1,2,1e999]}',
      '{"logits":[1,2,NaN]}',
      '{"logits":[1,2,',
      "[[[[[[",
      '{"logits":[1,2,3],"id":""}',
      "\ufeff{}",
      "null",
      "0",
    )
    .map((text) => Buffer.from(text)),
);

describe("bodies that mean nothing", () => {
  it(`answers ${all ? 10_000 : 500} of them with 4xx, records none, and goes on`, { timeout: 1_200_000 }, async () => {
    const folder = scratch();
    const audit = join(folder, "audit");
    const file = writeJson(join(folder, "P.json"), policy(0.5));
    const service = await served(["--policy", file, "--audit", audit]);
    const headOf = async (): Promise<string> =>
      /logits_audit_head\{.*\} (\d+)/.exec((await ask(service, "/metrics")).text)![1]!;
    const before = await headOf();
    await fc.assert(
      fc.asyncProperty(
        malformed,
        fc.constantFrom(...addresses),
        fc.constantFrom(...types),
        async (body, address, type) => {
          // Bytes of three or more whole floats are rows.
          if (type === "application/octet-stream" && body.length > 0 && body.length % 12 === 0) return;
          const { status, text } = await ask(service, address, body, { "content-type": type });
          expect(status, `${address} ${type} ${body.toString("latin1")} → ${text}`).toBeGreaterThanOrEqual(400);
          expect(status, text).toBeLessThan(500);
          expect(JSON.parse(text).error.message).toBeTruthy();
        },
      ),
      { numRuns: all ? 10_000 : 500, seed: 7 },
    );
    expect(await headOf()).toBe(before);
    expect((await ask(service, "/v1/decide", '{"id":"after","logits":[0,1,2]}')).status).toBe(200);
    await service.kill("SIGTERM");
    const { verification, ids } = trailOf(audit);
    expect(verification.whole).toBe(true);
    expect([...ids]).toEqual([["after", 1]]);
  });

  it("answers what is too large with 413, without reading all of it", async () => {
    const folder = scratch();
    const service = await served(["--policy", writeJson(join(folder, "P.json"), policy(0.5)), "--max-body", "4096"]);
    for (const type of ["application/json", "application/octet-stream"]) {
      const { status } = await ask(service, "/v1/decide", Buffer.alloc(100_000, "1"), { "content-type": type });
      expect(status).toBe(413);
    }
    expect((await ask(service, "/v1/decide", '{"logits":[0,1,2]}')).status).toBe(200);
  });
});
