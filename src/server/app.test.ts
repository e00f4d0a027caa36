import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createApp, fetchHandler, Service } from "logits/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { readKeys, readyKeys, withNewKey } from "./keys.js";
import { type Trail, TrailError } from "./audit/trail.js";
import { RateLimit } from "./rateLimit.js";

const policy = {
  kind: "policy",
  version: 1,
  method: "threshold",
  params: { positive: ["dog"], threshold: 0, above: "bark", below: "pass" },
  classes: ["cat", "dog"],
};

async function app(options: Partial<Parameters<typeof createApp>[1]> = {}, document: object = policy, trail?: Trail) {
  const folder = mkdtempSync(join(tmpdir(), "logits-app-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "pets.json");
  writeFileSync(file, JSON.stringify(document));
  const service = await Service.start({ policy: file, ...(trail && { trail }) });
  onTestFinished(() => service.close());
  const created = createApp(service, { version: "0", ...options });
  const post = async (url: string, payload: string | Buffer, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await created.inject({
      method: "POST",
      url,
      payload,
      headers: { "content-type": "application/json", ...headers },
    });
    return { status: statusCode, body };
  };
  return { post, service, created };
}

const rows = '{"logits":[1,2]}';

describe("bodies that mean harm", () => {
  it.each([
    ["kind", (deep: string) => `{"logits":[1,2],"kind":${deep}}`],
    ["row", (deep: string) => `{"logits":[1,${deep}]}`],
  ])("nested beyond the stack in a %s are 400, not 500", async (_, data) => {
    const { post } = await app();
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const body = `{"input":[{"content":[{"type":"input_json","data":${data(deep)}}]}],"questions":[{"type":"predicate","name":"q"}]}`;
    expect((await post("/v1/decisions", body)).status).toBe(400);
  });

  it("compressed are 415: their bytes are no numbers", async () => {
    const { post } = await app();
    const packed = { "content-encoding": "gzip" };
    const bytes = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    expect((await post("/v1/decide", bytes, { ...packed, "content-type": "application/octet-stream" })).status).toBe(
      415,
    );
    expect((await post("/v1/decide", gzipSync(rows), packed)).status).toBe(415);
    expect((await post("/v1/decide", rows, { "content-encoding": "identity" })).status).toBe(200);
  });

  it("that are no UTF-8 are 400: two ids would become one", async () => {
    const { post } = await app();
    const body = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('","logits":[1,2]}')]);
    expect((await post("/v1/decide", body)).status).toBe(400);
  });

  it("of more rows than others can wait for are refused before a row is decided about", async () => {
    const { post } = await app();
    const bytes = { "content-type": "application/octet-stream" };
    const message = "they must be 100,000 at most, got 100,001";
    for (const address of ["/v1/decide", "/v1/probabilities", "/v1/decide?dtype=f8"]) {
      const width = address.endsWith("f8") ? 16 : 8;
      expect((await post(address, Buffer.alloc(100_000 * width), bytes)).status).toBe(200);
      expect((await post(address, Buffer.alloc(100_001 * width), bytes)).body).toContain(message);
    }
    const listed = (count: number): string => JSON.stringify({ logits: Array.from({ length: count }, () => [0, 1]) });
    expect((await post("/v1/decide", listed(100_000))).status).toBe(200);
    const { status, body } = await post("/v1/decide", listed(100_001));
    expect([status, body]).toEqual([400, expect.stringContaining(message)]);
    expect((await post("/v1/decide", Buffer.alloc(16 << 20), bytes)).status).toBe(400);
  });

  it("given to the fetch handler are read no further than they may be long", async () => {
    const { service } = await app();
    const handle = fetchHandler(service, { version: "0", maxBody: 100_000 });
    let given = 0;
    const body = new ReadableStream({
      pull(controller) {
        given += 50_000;
        controller.enqueue(new Uint8Array(50_000));
        if (given >= 10_000_000) controller.close();
      },
    });
    const headers = { "content-type": "application/octet-stream" };
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    expect((await handle(new Request("http://local/v1/decide", init))).status).toBe(413);
    expect(given).toBeLessThan(300_000);
  });

  it("are quoted by a word, not by a megabyte", async () => {
    const { post } = await app();
    const { status, body } = await post("/v1/decide", JSON.stringify({ logits: ["x".repeat(1e6), 1] }));
    expect(status).toBe(400);
    expect(body.length).toBeLessThan(2000);
  });

  it.each([
    ["with a name too many", '{"logits":[1,2],"extra":1}', 'body must NOT have additional properties, got "extra"'],
    ["with an odd word", '{"logits":[1,2],"kind":"odds"}', "allowed values: logits, logprobs, probs"],
  ])("%s are told which", async (_, body, message) => {
    const { post } = await app();
    expect((JSON.parse((await post("/v1/decide", body)).body) as { error: Error }).error.message).toContain(message);
  });

  it("too large or of another type are told what would be taken", async () => {
    const { post } = await app({ maxBody: 2000 });
    const large = await post("/v1/decide", rows + " ".repeat(2000));
    expect(large.status).toBe(413);
    expect(large.body).toContain("it must be 2,000 bytes at most, got more");
    const other = await post("/v1/decide", rows, { "content-type": "text/plain" });
    expect(other.status).toBe(415);
    expect(other.body).toContain(
      "content-type must be application/json or, for rows, application/octet-stream, got text/plain",
    );
  });

  it("are counted by route and status", async () => {
    const { post, created } = await app();
    await post("/v1/decide", "{");
    await post("/nowhere", "{}");
    const { body } = await created.inject("/metrics");
    expect(body).toContain('logits_requests_failed_total{route="/v1/decide",status="400"} 1');
    expect(body).toContain('logits_requests_failed_total{route="none",status="404"} 1');
  });
});

describe("a disk that was full", () => {
  it("is tried again by whoever asks whether the service is ready: a balancer that sends no decision would wait for ever", async () => {
    let full = false;
    let failing: string | undefined;
    const kinds: string[] = [];
    const { created } = await app({}, policy, {
      async append({ kind }) {
        failing = full ? "disk full" : undefined;
        if (full) throw new TrailError("disk full");
        kinds.push(kind);
      },
      head: () => ({ seq: kinds.length, mac: "" }),
      failing: () => failing,
      waiting: () => 0,
      close: async () => undefined,
    });
    full = true;
    const post = {
      method: "POST",
      url: "/v1/decide",
      payload: rows,
      headers: { "content-type": "application/json" },
    } as const;
    expect((await created.inject(post)).statusCode).toBe(503);
    expect((await created.inject("/readyz")).json()).toEqual({ status: "not ready", reason: "disk full" });
    full = false;
    expect((await created.inject("/readyz")).statusCode).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 1010));
    expect((await created.inject("/readyz")).statusCode).toBe(200);
    expect(kinds.at(-1)).toBe("resumed");
  });
});

describe("keys that are presented", () => {
  const { key, file } = withNewKey({ kind: "keys", version: 1, keys: [] }, "scanner", ["decide"]);
  const keys = () => readyKeys(file);

  it.each(["Bearer", "bearer", "BEARER"])("%s: schemes are the same in small and large letters", async (scheme) => {
    const { post } = await app({ keys });
    expect((await post("/v1/decide", rows, { authorization: `${scheme} ${key}` })).status).toBe(200);
    expect((await post("/v1/decide", rows, { authorization: `${scheme}${key}` })).status).toBe(401);
  });

  it("wrong ones are slowed down too, and slow nobody else", async () => {
    const { post } = await app({ keys, rate: 5 });
    const wrong = { authorization: "Bearer wrong" };
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await post("/v1/decide", rows, wrong)).status);
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(401));
    expect(statuses.at(-1)).toBe(429);
    expect((await post("/v1/decide", rows, { authorization: `Bearer ${key}` })).status).toBe(200);
  });

  it("that allow something else are slowed down too", async () => {
    const { post } = await app({ keys, rate: 5 });
    const statuses = [];
    for (let i = 0; i < 8; i++)
      statuses.push((await post("/v1/labels", '{"labels":[]}', { authorization: `Bearer ${key}` })).status);
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(403));
    expect(statuses.at(-1)).toBe(429);
  });

  it("a file that is none is refused without a letter of it: it may be a key", () => {
    const folder = mkdtempSync(join(tmpdir(), "logits-keys-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "K");
    writeFileSync(path, key);
    expect(() => readKeys(path)).toThrow("must be a JSON document");
    expect(() => readKeys(path)).not.toThrow(key.slice(0, 8));
  });

  it("a limit is as quick with many callers as with few", () => {
    const limit = new RateLimit(0.1);
    const began = performance.now();
    for (let i = 0; i < 40_000; i++) limit.wait(`address ${i}`, 1000 + i / 100);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("a slow limit forgets nobody before the bucket is full", () => {
    const limit = new RateLimit(0.1);
    expect(limit.wait("one", 0)).toBe(0);
    for (let i = 0; i <= 10_001; i++) limit.wait(`other${i}`, 2000);
    expect(limit.wait("one", 2000)).toBeGreaterThan(0);
  });
});

it("takes every example of its own document", async () => {
  const classes = ["ham", "spam", "other"];
  const three = { ...policy, classes, params: { ...policy.params, positive: ["spam"] } };
  const { post, created } = await app({}, three);
  const { paths } = (await created.inject("/openapi.json")).json();
  const asked: string[] = [];
  for (const [url, { post: operation }] of Object.entries<any>(paths)) {
    const { examples } = operation?.requestBody.content["application/json"].schema ?? { examples: [] };
    for (const example of examples) {
      const { status, body } = await post(url, JSON.stringify(example));
      // Only a service with a guard scores rows.
      expect([status, url === "/v1/guard" && body.includes("must have a guard")], body).toEqual(
        url === "/v1/guard" ? [400, true] : [200, false],
      );
      asked.push(url);
    }
  }
  expect(new Set(asked).size).toBe(7);
});
