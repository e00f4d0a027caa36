import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { policy, scratch, served, writeJson } from "./command.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** What a start that is refused says; it must end by itself. */
function refused(argv: string[], env: NodeJS.ProcessEnv = {}): { status: number | null; stderr: string } {
  const options = { encoding: "utf8", timeout: 20_000, env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [main, "serve", ...argv], options);
}

describe("a start that cannot be", () => {
  it.each([
    ["are not there", undefined],
    ["are none", "nonsense"],
  ])("certificates that %s end it before a trail is begun", (_, text) => {
    const folder = scratch();
    const [file, audit, pem] = [
      writeJson(join(folder, "P.json"), policy(0)),
      join(folder, "audit"),
      join(folder, "pem"),
    ];
    if (text !== undefined) writeFileSync(pem, text);
    const argv = ["--policy", file, "--port", "0", "--audit", audit, "--tls-cert", pem, "--tls-key", pem];
    const { status, stderr } = refused(argv);
    expect(stderr).toContain(pem);
    expect(status).toBe(3);
    expect(existsSync(audit)).toBe(false);
  });

  it.runIf(process.platform === "linux").each([
    ["a key of its own", {}],
    ["a key that is given", { LOGITS_AUDIT_KEY: "sixteen characters and more" }],
  ])("a folder in which no file can be made ends it in one clear line, with %s", (_, env) => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0));
    const argv = ["--policy", file, "--port", "0", "--audit", "/proc/x"];
    const { status, stderr } = refused(argv, env);
    expect(stderr).toMatch(
      /^logits serve: Cannot write a trail in \/proc\/x: it must be a folder in which files can be made, got E\w+\n {2}Give another --audit folder.*\n$/,
    );
    expect(status).toBe(3);
  });

  it("a port in use is said, with what to do", async () => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0));
    const { port } = await served(["--policy", file]);
    const { status, stderr } = refused(["--policy", file, "--port", String(port), "--audit", join(folder, "audit")]);
    expect(stderr).toMatch(/the port must be free, got one that another program listens on\n {2}Give another --port/);
    expect(status).toBe(3);
    expect(existsSync(join(folder, "audit", "owner"))).toBe(false);
  });

  it.each([
    ["state.json", "{"],
    ["state.json", "[null]"],
    ["2026-11-27.sqlite", "garbage".repeat(1000)],
  ])("a damaged %s in the trail is named, and no trace of the program is shown", (name, text) => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0));
    const audit = join(folder, "audit");
    mkdirSync(audit);
    writeFileSync(join(audit, name), text);
    const { status, stderr } = refused(["--policy", file, "--port", "0", "--audit", audit]);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(3);
  });

  it("a trail in a file is said so", () => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0));
    const { status, stderr } = refused(["--policy", file, "--audit", file]);
    expect(stderr).toContain("it must be a folder, got a file");
    expect(status).toBe(3);
  });
});
