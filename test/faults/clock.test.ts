import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordsOf } from "logits/server";
import { describe, expect, it } from "vitest";
import { ask, policy, scratch, served, writeJson } from "./command.js";
import { trailOf } from "./trailOf.js";

const clock = fileURLToPath(new URL("clock.mjs", import.meta.url));
// By the environment: the thread that writes the trail takes no flags of the process.
const shell = `export NODE_OPTIONS="--import=${clock}"`;
const day = 86_400_000;

describe("a clock that jumps", () => {
  it("breaks no chain, loses no record and gives no day up that the calendar alone made old", async () => {
    const folder = scratch();
    const audit = join(folder, "audit");
    const file = join(folder, "clock");
    process.env["CLOCK_FILE"] = file;
    writeFileSync(file, "0");
    const argv = ["--policy", writeJson(join(folder, "P.json"), policy(0.5)), "--audit", audit, "--retain", "3"];
    const service = await served(argv, { shell });
    const jumps = [0, 3_600_000, 40 * day, -5 * day, -400 * day, 41 * day, 0, 42 * day];
    for (const [i, jump] of jumps.entries()) {
      writeFileSync(file, String(jump));
      const { status, text } = await ask(service, "/v1/decide", JSON.stringify({ id: `at${i}`, logits: [0, 1, 2] }));
      expect(status, text).toBe(200);
    }
    const { verification, ids } = trailOf(audit);
    expect(verification.faults).toEqual([]);
    // Four days hold records and three are kept: the first is given up, and said so.
    expect(verification.days.length).toBe(3);
    expect(verification.retired.length).toBe(1);
    const kept = jumps.map((_, i) => `at${i}`).filter((id) => ids.get(id) === 1);
    expect(kept).toEqual(["at2", "at3", "at4", "at5", "at6", "at7"]);
    const first = [...recordsOf(audit)].slice(0, 2).map(({ kind }) => kind);
    expect(first).toEqual(["anchor", "policy"]);
    await service.kill("SIGKILL");
    // A start at the true time goes on with the chain.
    writeFileSync(file, "0");
    const again = await served(argv, { shell });
    expect((await ask(again, "/v1/decide", '{"id":"back","logits":[0,1,2]}')).status).toBe(200);
    await again.kill("SIGTERM");
    const after = trailOf(audit);
    expect(after.verification.faults).toEqual([]);
    expect(after.ids.get("back")).toBe(1);
  });
});
