import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { admit, readyKeys, withNewKey, type KeyFile } from "../../src/server/keys.js";
import { all, ask, policy, scratch, served, sleep, until, writeJson } from "./command.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const made = (keys: string, ...argv: string[]): string =>
  spawnSync(process.execPath, [main, "serve", "--keys", keys, ...argv], { encoding: "utf8" }).stdout.trim();

describe("keys", () => {
  it("asks for one, says 401 without or with a wrong one, 403 for a revoked one or another scope", async () => {
    const folder = scratch();
    const keys = join(folder, "K.json");
    const decide = made(keys, "--new-key", "scanner");
    const label = made(keys, "--new-key", "truth", "--scopes", "label");
    const admin = made(keys, "--new-key", "boss", "--scopes", "decide,admin");
    expect(readFileSync(keys, "utf8")).not.toContain(decide);
    const audit = join(folder, "audit");
    const service = await served([
      "--policy",
      writeJson(join(folder, "P.json"), policy(0.5)),
      "--keys",
      keys,
      "--audit",
      audit,
    ]);
    const status = async (key: string | undefined, path = "/v1/decide", body = '{"logits":[0,1,2]}'): Promise<number> =>
      (await ask(service, path, body, key === undefined ? {} : { authorization: `Bearer ${key}` })).status;
    expect(await status(undefined)).toBe(401);
    expect(await status("")).toBe(401);
    expect(await status(`${decide.slice(0, -1)}${decide.endsWith("A") ? "B" : "A"}`)).toBe(401);
    expect(await status(`${decide}x`)).toBe(401);
    expect(await status("x".repeat(8000))).toBe(401);
    expect(await status(decide)).toBe(200);
    expect(await status(label)).toBe(403);
    expect(await status(decide, "/v1/policy", '{"rollback":true}')).toBe(403);
    expect(await status(admin, "/v1/policy", '{"rollback":true}')).toBe(400);
    expect(await status(label, "/v1/labels", '{"labels":[{"id":"x","label":"dos"}]}')).toBe(200);
    expect((await ask(service, "/healthz")).status).toBe(200);
    expect((await ask(service, "/metrics")).status).toBe(401);
    made(keys, "--revoke-key", "scanner");
    await until(async () => (await status(decide)) === 403);
    await sleep(20);
    for (const secret of [decide, label, admin]) expect(service.log()).not.toContain(secret);
  });

  it("compares in constant time: how much of a key is right does not show", { retry: 2, timeout: 900_000 }, () => {
    let file: KeyFile = { kind: "keys", version: 1, keys: [] };
    let key = "";
    for (let i = 0; i < 20; i++) ({ key, file } = withNewKey(file, `key${i}`, ["decide"]));
    const ready = readyKeys(file);
    // Wrong in the first character, and wrong in the last one of the last key.
    const [early, late] = [`x${key.slice(1)}`, `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`];
    const times = { early: [] as number[], late: [] as number[] };
    const inner = 40;
    const time = (presented: string): number => {
      const start = process.hrtime.bigint();
      for (let i = 0; i < inner; i++) admit(ready, presented);
      return Number(process.hrtime.bigint() - start);
    };
    for (let i = 0; i < 200; i++) {
      time(early);
      time(late);
    }
    for (let i = 0; i < (all ? 20_000 : 3000); i++) {
      // In turns, and each first as often as second.
      if (i % 2 === 0) {
        times.early.push(time(early));
        times.late.push(time(late));
      } else {
        times.late.push(time(late));
        times.early.push(time(early));
      }
    }
    expect(Math.abs(welch(trimmed(times.early), trimmed(times.late)))).toBeLessThan(4.5);
  });
});

/** Without the slowest tenth, which other programs made. */
function trimmed(values: number[]): number[] {
  return values.toSorted((a, b) => a - b).slice(0, Math.floor(0.9 * values.length));
}

function welch(a: number[], b: number[]): number {
  const mean = (list: number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
  const error = (list: number[]): number => {
    const m = mean(list);
    return list.reduce((sum, one) => sum + (one - m) ** 2, 0) / (list.length - 1) / list.length;
  };
  return (mean(a) - mean(b)) / Math.sqrt(error(a) + error(b));
}
