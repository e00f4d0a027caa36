import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { recordsOf, replayTrail, verifyTrail } from "logits/server";
import { describe, expect, it } from "vitest";
import type { Batch } from "../core/index.js";
import { fitGuard } from "../guard/index.js";
import { macKey } from "./audit/record.js";
import { base, classes, folder, normalRows, row, secret, service, write } from "./service.fixture.js";

describe("what a service says it can be trusted with", () => {
  it("revokes the contract when the alarm rings, in decisions, metrics and after a restart", async () => {
    const promise = {
      rate: "fpr",
      side: "at most",
      bound: 0.01,
      confidence: 0.95,
      by: "test",
      n: 500,
      count: 1,
      needed: 299,
    } as const;
    const policy = write("pets.json", { ...base, guarantee: promise, whenRevoked: "ask" });
    const benign = normalRows(1, 1500, 4);
    const { guard } = fitGuard(benign, { classes, by: "none" });
    const options = { policy, guard: write("G.json", guard) };
    const { ask, started } = await service(options);
    const decide = async (batch: Batch): Promise<{ contract: string; action: string }[]> =>
      (await ask("/v1/decide", new Uint8Array(Float32Array.from(batch.values).buffer))).json["decisions"];
    expect((await decide(normalRows(2, 300, 4))).at(-1)).toMatchObject({ contract: "holds" });
    const drifted = normalRows(3, 600, 0.2);
    await decide(drifted);
    const [after] = await decide(drifted);
    expect(after).toMatchObject({ contract: "revoked", action: "ask" });
    const metrics = String((await ask("/metrics")).json["text"]);
    expect(metrics).toContain("logits_alarm 1");
    const gauge = (name: string): number =>
      Number(new RegExp(`^logits_alarm_${name}{by="[^"]+"} (\\d+)$`, "m").exec(metrics)![1]);
    expect(gauge("delay_rows")).toBe(gauge("row") - gauge("since_row") + 1);
    expect(gauge("row")).toBeGreaterThan(300);
    expect(metrics).toContain('logits_contract_revoked{policy="pets"} 1');
    expect((await ask("/v1/guard", { logits: row })).json).toMatchObject({ alarm: { rung: true } });
    await started.close();
    const again = await service(options);
    expect((await again.ask("/v1/decide", { logits: row })).json["decisions"][0].contract).toBe("revoked");
    expect(replayTrail(again.audit).differ).toEqual([]);
    await again.ask("/v1/policy", { reinstate: true });
    expect((await again.ask("/v1/decide", { logits: row })).json["decisions"][0].contract).toBe("holds");
  });

  it("answers 503 where a policy's file cannot be written, and records nothing of it", async () => {
    const { ask, audit } = await service();
    mkdirSync(join(folder, "pets.json.part"));
    const { status, json } = await ask("/v1/policy", { policy: { ...base, params: { ...base.params, threshold: 3 } } });
    expect([status, json["error"].code]).toEqual([503, "not-written"]);
    expect(json["error"].message).toContain("Cannot write");
    expect((await ask("/v1/policy")).json["generation"]).toBe(1);
    expect([...recordsOf(audit)].filter(({ kind }) => kind === "policy").length).toBe(1);
  });

  it("shows a record that was changed and a tail that was cut, to whoever remembers a head", async () => {
    const { ask, audit, started } = await service();
    for (let i = 0; i < 5; i++) await ask("/v1/decide", { logits: row });
    const head = started.trail!.head();
    const key = macKey(secret);
    expect(verifyTrail(audit, key, head)).toMatchObject({ whole: true, records: head.seq });
    expect(verifyTrail(audit, macKey("another secret, long enough")).whole).toBe(false);
    expect(verifyTrail(audit, key, { ...head, seq: head.seq + 1 }).faults[0]!.what).toMatch(/ends at record/);
    expect(verifyTrail(audit, key, { ...head, mac: "0".repeat(64) }).faults[0]!.what).toMatch(/otherwise/);
  });
});
