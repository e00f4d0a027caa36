import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ask, load, policy, scratch, served, sleep, until, writeJson } from "./command.js";
import { trailOf } from "./trailOf.js";

// A limit on the size of files is a disk that is full for this process alone; prlimit makes room again.
const hasLimits = process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0;

describe("a disk that is full", () => {
  it.skipIf(!hasLimits)(
    "turns decisions into 503, loses none, and goes on when there is space (skipped without Linux's prlimit)",
    { timeout: 120_000 },
    async () => {
      const folder = scratch();
      const audit = join(folder, "audit");
      const file = writeJson(join(folder, "P.json"), policy(0.5));
      const service = await served(["--policy", file, "--audit", audit], { shell: "ulimit -S -f 400" });
      const { acknowledged, statuses, stop } = load(service, "full", { connections: 8 });
      await until(() => (statuses.get(503) ?? 0) > 20, 60_000);
      const ready = await ask(service, "/readyz");
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.text).reason).not.toBe("");
      expect((await ask(service, "/metrics")).text).toContain("logits_audit_failing 1");
      expect((await ask(service, "/healthz")).status).toBe(200);
      const before = acknowledged.length;

      spawnSync("prlimit", ["--pid", String(service.process.pid), "--fsize=unlimited:unlimited"]);
      await until(() => acknowledged.length > before + 20, 30_000);
      await stop();
      await sleep(50);
      expect((await ask(service, "/readyz")).status).toBe(200);
      expect([...statuses.keys()].sort()).toEqual([200, 503]);
      await service.kill("SIGKILL");
      const { verification, ids } = trailOf(audit);
      expect(verification.faults).toEqual([]);
      expect(acknowledged.filter((id) => ids.get(id) !== 1)).toEqual([]);
    },
  );
});
