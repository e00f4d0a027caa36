import { spawnSync } from "node:child_process";
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
});
