import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogitsError } from "../core/index.js";
import { storedZip } from "../../test/support/npyFiles.js";
import type { KnownFile } from "./catalogue.js";
import { pullFile, type PullOptions } from "./pull.js";

const folder = mkdtempSync(join(tmpdir(), "logits-pull-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 300 kB that do not repeat. */
const whole = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i * 31 + (i >> 8)) % 251));
const known: KnownFile = {
  name: "thing",
  file: "thing.bin",
  bytes: whole.length,
  sha256: createHash("sha256").update(whole).digest("hex"),
  address: "http://127.0.0.1:9/",
  offline: "bring it",
};

let server: Server;
let base = "";
const answers: Record<string, (response: ServerResponse) => void> = {
  "/whole": (response) => {
    response.setHeader("content-length", whole.length);
    response.write(whole.subarray(0, 100_000));
    setTimeout(() => response.end(whole.subarray(100_000)), 20);
  },
  "/unsaid": (response) => void response.end(whole),
  "/changed": (response) => {
    const changed = Buffer.from(whole);
    changed[1234]! ^= 1;
    response.setHeader("content-length", changed.length);
    response.end(changed);
  },
  "/cut": (response) => {
    response.setHeader("content-length", whole.length);
    response.write(whole.subarray(0, 120_000), () => setTimeout(() => response.destroy(), 20));
  },
  "/short": (response) => {
    response.setHeader("content-length", 7);
    response.end("another");
  },
  "/short-unsaid": (response) => {
    response.write("another");
    response.end();
  },
  "/endless": (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(whole));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  },
  "/archive.zip": (response) => void response.end(storedZip({ "in/thing.bin": whole })),
};
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const answer = answers[url!];
    if (answer) answer(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let caches = 0;
const newCache = (): string => join(folder, `cache${caches++}`);
async function refusal(from: string, cache: string, more: PullOptions = {}): Promise<string> {
  const error: unknown = await pullFile(known, { from, cache, ...more }).catch((thrown: unknown) => thrown);
  if (!LogitsError.isInstance(error)) throw new Error("it was fetched, or failed otherwise", { cause: error });
  expect(error.code).toBe("bad-data");
  return error.message.replaceAll(base, "");
}

describe("pullFile over a network", () => {
  it.each(["/whole", "/unsaid", "/archive.zip"])("fetches %s, checks it and keeps it under its name", async (path) => {
    const cache = newCache();
    const seen: [number, number][] = [];
    const onFetch = (received: number, of: number): void => void seen.push([received, of]);
    expect(await pullFile(known, { from: `${base}${path}`, cache, onFetch })).toEqual({
      path: join(cache, "thing.bin"),
      fetched: true,
    });
    expect(readFileSync(join(cache, "thing.bin")).equals(whole)).toBe(true);
    expect(readdirSync(cache)).toEqual(["thing.bin"]);
    if (path !== "/archive.zip") {
      expect(seen.at(-1)).toEqual([whole.length, whole.length]);
      expect(seen.map(([received]) => received)).toEqual(seen.map(([received]) => received).sort((a, b) => a - b));
    }
    // What is whole is not fetched again.
    expect((await pullFile(known, { from: `${base}/none`, cache })).fetched).toBe(false);
  });

  it.each([
    ["/changed", /^Cannot fetch thing: the SHA-256 must be [0-9a-f]{64}, got [0-9a-f]{64}$/],
    ["/cut", "Cannot fetch thing from /cut: the connection ended after 120,000 of 300,000 bytes"],
    ["/short", "Cannot fetch thing from /short: it must be 300,000 bytes, got 7 bytes"],
    ["/short-unsaid", "Cannot fetch thing: it must be 300,000 bytes, got 7 bytes"],
    ["/endless", "Cannot fetch thing from /endless: it must be at most 300,000 bytes, got more"],
    ["/none", "Cannot fetch thing from /none: the answer was 404"],
  ])("refuses %s, keeps none of it, and fetches the right one afterwards", async (path, message) => {
    const cache = newCache();
    const got = await refusal(`${base}${path}`, cache);
    if (typeof message === "string") expect(got).toBe(message);
    else expect(got).toMatch(message);
    expect(readdirSync(cache)).toEqual([]);
    expect((await pullFile(known, { from: `${base}/whole`, cache })).fetched).toBe(true);
  });

  it("leaves what is there in place until another is whole", async () => {
    const cache = newCache();
    mkdirSync(cache);
    writeFileSync(join(cache, "thing.bin"), "old");
    await refusal(`${base}/cut`, cache);
    expect(readFileSync(join(cache, "thing.bin"), "utf8")).toBe("old");
  });

  it("takes away what a killed process had fetched, and nothing of one that lives", async () => {
    const cache = newCache();
    mkdirSync(cache);
    // Numbers of processes end below 2²².
    const dead = ["thing.bin.4999999.part", "thing.bin.4999999-0123abcd.part.zip"];
    const others = [`thing.bin.${process.ppid}-0123abcd.part`, "other.bin.4999999.part"];
    for (const name of [...dead, ...others]) writeFileSync(join(cache, name), "half");
    await pullFile(known, { from: `${base}/whole`, cache });
    expect(readdirSync(cache).sort()).toEqual([...others, "thing.bin"].sort());
  });

  it("can fetch the same twice at once", async () => {
    const cache = newCache();
    const both = await Promise.all([1, 2].map(() => pullFile(known, { from: `${base}/whole`, cache })));
    expect(both.map(({ path }) => path)).toEqual([join(cache, "thing.bin"), join(cache, "thing.bin")]);
    expect(readdirSync(cache)).toEqual(["thing.bin"]);
  });
});

it.skipIf(!existsSync("/dev/zero"))("a device is no source (skipped without /dev/zero)", async () => {
  expect(await refusal("/dev/zero", newCache())).toBe(
    "Cannot fetch thing from /dev/zero: it must be a file or a folder",
  );
});
