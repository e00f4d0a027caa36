import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { all, load, policy, scratch, served, sleep, until, writeJson } from "./command.js";
import { trailOf } from "./trailOf.js";

const recorder = fileURLToPath(new URL("unsynced.mjs", import.meta.url));

describe("a service that is killed", () => {
  it(`keeps every decision it acknowledged, ${all ? 100 : 10} times over one trail`, {
    timeout: 3_600_000,
  }, async () => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0.5));
    const audit = join(folder, "audit");
    const acknowledged: string[] = [];
    for (let round = 0; round < (all ? 100 : 10); round++) {
      const service = await served(["--policy", file, "--audit", audit]);
      const { acknowledged: now, stop } = load(service, `round${round}`, { connections: 8 });
      // At any moment of the load, and of a commit.
      await until(() => now.length > (round * 37) % 100);
      await service.kill("SIGKILL");
      await stop();
      acknowledged.push(...now);
      if (all ? round % 10 === 9 : round % 3 === 0) expect(trailOf(audit).verification.faults).toEqual([]);
    }
    const { verification, ids } = trailOf(audit);
    expect(verification.faults).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((id) => ids.get(id) !== 1)).toEqual([]);
  });

  it("keeps them when the power fails: what was not brought to the disk is gone", { timeout: 1_200_000 }, async () => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0.5));
    for (let round = 0; round < (all ? 20 : 2); round++) {
      const audit = join(folder, `audit${round}`);
      const disk = join(folder, `disk${round}`);
      mkdirSync(disk);
      // By the environment: the thread that writes the trail takes no flags of the process.
      process.env["UNSYNCED_FROM"] = audit;
      process.env["UNSYNCED_TO"] = disk;
      const service = await served(["--policy", file, "--audit", audit], {
        shell: `export NODE_OPTIONS="--import=${recorder}"`,
      });
      const { acknowledged, stop } = load(service, `power${round}`, { connections: 8 });
      await until(() => acknowledged.length > 20 + ((round * 53) % 150));
      await service.kill("SIGKILL");
      await stop();
      expect(existsSync(join(disk, "key"))).toBe(false);
      cpSync(join(audit, "key"), join(disk, "key"));
      const { verification, ids } = trailOf(disk);
      expect(verification.faults).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(10);
      expect(acknowledged.filter((id) => ids.get(id) !== 1)).toEqual([]);
    }
  });

  it("ends on SIGTERM with what was under way answered, and the trail closed", async () => {
    const folder = scratch();
    const audit = join(folder, "audit");
    const service = await served(["--policy", writeJson(join(folder, "P.json"), policy(0.5)), "--audit", audit]);
    const { acknowledged, statuses, stop } = load(service, "drain");
    await sleep(300);
    service.process.kill("SIGTERM");
    expect(await service.ended).toBe(0);
    await stop();
    const { verification, ids } = trailOf(audit);
    expect(verification.whole).toBe(true);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(acknowledged.every((id) => ids.get(id) === 1)).toBe(true);
    expect(acknowledged.length).toBeGreaterThan(10);
  });
});
