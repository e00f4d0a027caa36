import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

describe("the thread that writes the trail", () => {
  it("starts in a process whose own flags are not for it, such as a script given as text", () => {
    const script = `
      import { mkdtempSync, rmSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { join } from "node:path";
      import { openTrail } from "logits/server";
      const folder = mkdtempSync(join(tmpdir(), "logits-trail-"));
      const trail = await openTrail({ folder, secret: "a secret of thirty-two characters" });
      await trail.append({ at: Date.now(), kind: "start", id: "", body: "{}" });
      process.stdout.write(String(trail.head().seq));
      await trail.close();
      rmSync(folder, { recursive: true });`;
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd,
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "1", stderr: "" });
  });

  it("puts the hashes of rows that are not kept where they belong, behind ids of any letters", () => {
    const script = `
      import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { join } from "node:path";
      import { recordsOf, serve } from "logits/server";
      const folder = mkdtempSync(join(tmpdir(), "logits-trail-"));
      const classes = Array.from({ length: 20_000 }, (_, k) => "c" + k);
      const params = { threshold: 1, accept: "accept", abstain: "ask" };
      writeFileSync(join(folder, "P.json"), JSON.stringify({ kind: "policy", version: 1, method: "selective", params, classes }));
      const audit = join(folder, "audit");
      const { url, close } = await serve({ policy: join(folder, "P.json"), port: 0, audit, version: "0" });
      const row = (seed) => Float32Array.from(classes, (_, k) => ((k * seed) % 1009) / 100);
      const ask = (id, seed) =>
        fetch(url + "/v1/decide?id=" + encodeURIComponent(id), {
          method: "POST",
          body: row(seed),
          headers: { "content-type": "application/octet-stream" },
        }).then((answer) => answer.json());
      await Promise.all([ask("é€😀", 7919), ask('"sha256":"', 31), ask("plain", 104729)]);
      await close();
      const kept = [...recordsOf(audit)].filter(({ kind }) => kind === "decide");
      process.stdout.write(JSON.stringify(Object.fromEntries(kept.map(({ id, body }) => [id, JSON.parse(body).sha256]))));
      rmSync(folder, { recursive: true });`;
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd,
      encoding: "utf8",
    });
    const hashOf = (seed: number): string => {
      const row = Float32Array.from({ length: 20_000 }, (_, k) => ((k * seed) % 1009) / 100);
      return createHash("sha256").update(new Uint8Array(row.buffer)).digest("hex");
    };
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ "é€😀": hashOf(7919), '"sha256":"': hashOf(31), plain: hashOf(104729) });
  });
});
