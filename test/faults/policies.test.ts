import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { all, ask, classes, policy, scratch, served, sleep, until, writeJson } from "./command.js";

describe("policies that change under a service", () => {
  it.each([
    ["garbage", () => "\u0000\u0001 not a policy"],
    ["nothing", () => ""],
    ["half of it", (text: string) => text.slice(0, text.length / 2)],
    ["another number of classes", () => JSON.stringify(policy(0.5, ["normal", "dos"]))],
    [
      "another kind of document",
      () => '{"kind":"calibrator","version":1,"method":"temperature","params":{"temperature":2}}',
    ],
  ])("a file that becomes %s leaves the old policy serving, said in log and metrics", async (_, broken) => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(0.5));
    const service = await served(["--policy", file]);
    const decide = async (): Promise<{ policy: string }> =>
      JSON.parse((await ask(service, "/v1/decide", '{"logits":[0,1,2]}')).text);
    const { policy: before } = await decide();
    writeFileSync(file, broken(readFileSync(file, "utf8")));
    await until(async () => (await ask(service, "/metrics")).text.includes("logits_policies_stale 1"));
    expect((await decide()).policy).toBe(before);
    await until(() => /"what":"refused"/.test(service.log()));
    expect(JSON.parse((await ask(service, "/v1/policy")).text).stale).toBeTruthy();
    writeJson(file, policy(-3));
    await until(async () => (await decide()).policy !== before);
    expect((await ask(service, "/metrics")).text).toContain("logits_policies_stale 0");
  });

  it("swaps under load without one wrong or failed request", { timeout: 120_000 }, async () => {
    const folder = scratch();
    const file = writeJson(join(folder, "P.json"), policy(-2));
    const service = await served(["--policy", file, "--audit", join(folder, "audit")]);
    // P(dos or probe) of this row has log-odds 0.69: above −2, below 2.
    const right = new Map<string, string>();
    const told: { policy: string; decisions: { action: string; policy: string }[] }[] = [];
    const failures: unknown[] = [];
    const stopped = new AbortController();
    const body = JSON.stringify({ logits: Array.from({ length: 16 }, () => [0, 0, 0]) });
    const asking = Array.from({ length: 6 }, async () => {
      while (!stopped.signal.aborted) {
        const { status, text } = await ask(service, "/v1/decide", body);
        if (status === 200) told.push(JSON.parse(text));
        else failures.push(text);
      }
    });
    const serving = async (): Promise<string> =>
      JSON.parse((await ask(service, "/v1/policy")).text).policies[0].version;
    right.set(await serving(), "alert");
    for (let swap = 0; swap < (all ? 40 : 8); swap++) {
      const threshold = swap % 2 === 0 ? 2 : -2;
      const document = { ...policy(threshold), name: `swap${swap}` };
      const name = swap === 0 ? "P" : `swap${swap - 1}`;
      const { status, text } = await ask(service, "/v1/policy", JSON.stringify({ policy: document, name }));
      expect(text, String(status)).toContain(`swap${swap}`);
      right.set(await serving(), threshold > 0 ? "pass" : "alert");
      await sleep(40);
    }
    stopped.abort();
    await Promise.all(asking);
    expect(failures).toEqual([]);
    expect(told.length).toBeGreaterThan(50);
    expect(new Set(told.map(({ policy: version }) => version)).size).toBeGreaterThan(2);
    const wrong = told.filter(({ policy: version, decisions }) =>
      decisions.some((one) => one.policy !== version || one.action !== right.get(version)),
    );
    expect(wrong).toEqual([]);
  });

  it("goes back to the version before with one call, and a restart serves that", async () => {
    const folder = scratch();
    const policies = join(folder, "P.json");
    writeJson(policies, policy(0.5));
    const service = await served(["--policy", policies]);
    const version = async (): Promise<string> =>
      JSON.parse((await ask(service, "/v1/decide", '{"logits":[0,1,2]}')).text).policy;
    const first = await version();
    const aside = writeJson(join(folder, "next"), policy(3, classes));
    renameSync(aside, policies);
    await until(async () => (await version()) !== first);
    expect((await ask(service, "/v1/policy", '{"rollback":true}')).status).toBe(200);
    expect(await version()).toBe(first);
    await sleep(1500);
    expect(await version()).toBe(first);
    expect(JSON.parse(readFileSync(policies, "utf8")).params.threshold).toBe(0.5);
  });
});
