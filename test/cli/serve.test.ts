import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openDay } from "../../src/server/audit/sqlite.js";
import { logits } from "../support/commandLine.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-serve-"));
  writeFileSync(join(folder, "bad.json"), '{"kind":"policy"}');
  writeFileSync(join(folder, "cal.json"), '{"kind":"calibrator"}');
  return () => rmSync(folder, { recursive: true, force: true });
});

describe("logits serve and audit, before anything listens", () => {
  it.each([
    [["serve"], 2, /needs --policy/],
    [["serve", "--policy", "P.json", "--canary", "new"], 2, /--canary must be a policy and a share/],
    [["serve", "--policy", "P.json", "--retain", "3"], 2, /give --audit DIR/],
    [["serve", "--policy", "P.json", "--tls-cert", "c.pem"], 2, /give both/],
    [["serve", "--policy", "P.json", "--host", "0.0.0.0"], 2, /without keys/],
    [["serve", "--new-key", "me"], 2, /give --keys FILE/],
    [["serve", "--policy", "P.json"], 3, /it must be a policy or a folder, got nothing there/],
    [["serve", "--policy", "cal.json"], 3, /it must hold a policy, got calibrator/],
    [["serve", "--policy", "bad.json"], 3, /bad\.json: .*version must be 1/],
    [["audit", "verify", "nowhere"], 3, /a trail must be a folder, got nothing there/],
    [["audit", "verify", ".", "--head", "x"], 3, /key/],
    [["audit", "prove"], 2, /no command audit prove/],
  ])("%j ends with %i and one sentence", async (argv, status, message) => {
    const inFolder = argv.map((word) => (/\.json$|^\.$|nowhere/.test(word) ? join(folder, word) : word));
    const ended = await logits(...inFolder);
    expect(ended.status).toBe(status);
    expect(ended.err).toMatch(message);
    expect(ended.err.split("\n").length).toBeLessThanOrEqual(3);
  });

  it("makes a key once, keeps its hash, and takes it back", async () => {
    const keys = join(folder, "K.json");
    const made = await logits("serve", "--keys", keys, "--new-key", "scanner", "--scopes", "decide,label");
    expect(made.status).toBe(0);
    expect(made.out).toMatch(/^lgt_[\w-]{43}\n$/);
    expect(readFileSync(keys, "utf8")).not.toContain(made.out.trim());
    expect((await logits("serve", "--keys", keys, "--new-key", "scanner")).status).toBe(2);
    expect((await logits("serve", "--keys", keys, "--revoke-key", "scanner")).status).toBe(0);
    expect(JSON.parse(readFileSync(keys, "utf8")).keys[0].revoked).toBeTruthy();
    expect((await logits("serve", "--keys", keys, "--revoke-key", "scanner")).status).toBe(2);
  });

  it("a trail without a record is not called whole", async () => {
    openDay(join(folder, "2026-11-27.sqlite")).close();
    writeFileSync(join(folder, "key"), `${"0".repeat(64)}\n`, { mode: 0o600 });
    const { status, out } = await logits("audit", "verify", folder);
    expect({ status, lines: out.split("\n").slice(0, 2) }).toEqual({
      status: 0,
      lines: ["0 records in 1 day (2026-11-27)", "there is no record, so nothing that could be verified"],
    });
  });
});
