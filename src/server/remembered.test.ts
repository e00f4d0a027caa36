import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectTrail, recordsOf, replayTrail, Service } from "logits/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { Decided } from "./remembered.js";

const guarantee = {
  rate: "fpr",
  side: "at most",
  bound: 0.02,
  confidence: 0.95,
  by: "neyman-pearson umbrella",
  n: 1000,
  count: 9,
  needed: 149,
};
const policy = (threshold: number, more: object = {}): object => ({
  kind: "policy",
  version: 1,
  method: "threshold",
  params: { positive: ["dog"], threshold, above: "bark", below: "pass" },
  classes: ["cat", "dog"],
  ...more,
});

async function started(policies: Record<string, object>, canary?: { policy: string; share: number }) {
  const folder = mkdtempSync(join(tmpdir(), "logits-labels-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const audit = join(folder, "audit");
  for (const [name, document] of Object.entries(policies))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(document));
  const trail = openDirectTrail({ folder: audit, secret: "a secret that is long enough" });
  const service = await Service.start({ trail, policy: folder, ...(canary && { canary }) });
  onTestFinished(() => service.close());
  const decide = (id: string, values = [0, 1]) =>
    service.decide({
      id,
      batch: { kind: "logits", values: new Float64Array(values), rows: values.length / 2, classes: 2 },
    });
  return { service, audit, decide };
}

describe("late truths", () => {
  it("count once, also when one request tells them twice or two tell them at once", async () => {
    const { service, audit, decide } = await started({ default: policy(0) });
    await decide("a");
    const label = { id: "a", label: "dog" };
    const { accepted, repeated } = await service.learn([label, { ...label, row: 0 }]);
    expect([accepted, repeated]).toEqual([1, 1]);
    await decide("b");
    await Promise.all([service.learn([{ id: "b", label: "cat" }]), service.learn([{ id: "b", label: "cat" }])]);
    expect(service.window.labels).toBe(2);
    expect([...recordsOf(audit)].filter(({ kind, id }) => kind === "label" && id === "a").length).toBe(1);
  });

  it("of a class that the policy does not know are recorded, and say nothing of its probabilities", async () => {
    const { service, decide } = await started({ default: policy(0) });
    await decide("a");
    const { matched, otherClass } = await service.learn([{ id: "a", label: "Dog" }]);
    expect([matched, otherClass, service.window.labels]).toEqual([1, ["a"], 0]);
    await service.learn([{ id: "a", label: "dog" }]);
    expect(service.window.labels).toBe(1);
  });

  it("are held against the later decision of an id that is used again, and no memory is lost to the earlier ones", async () => {
    const { service, decide } = await started({ default: policy(0) });
    const { policies } = service;
    const small = new Decided(4);
    const decision = { row: 0, action: "bark", class: "dog", p: 0.5, margin: 0, reason: "", policy: "" };
    for (let i = 0; i < 10; i++) small.add("same", [{ ...decision, p: i / 10 }], policies.current.main!);
    small.add("other", [decision], policies.current.main!);
    expect(small.find("same")?.p).toBe(0.9);
    expect(small.find("other")?.p).toBe(0.5);
    await decide("a");
  });
});

describe("replay", () => {
  it("knows of a canary's row that the canary's contract was revoked", async () => {
    const next = policy(0.5, { name: "next", whenRevoked: "ask", guarantee });
    const { service, audit, decide } = await started({ default: policy(0), next }, { policy: "next", share: 0.9 });
    await service.policies.revoke("by margin");
    const answers = [];
    for (let i = 0; i < 8; i++) answers.push(JSON.parse(await decide(`mail${i}`)));
    const actions = answers.map(({ decisions: [one] }) => one.action);
    expect(actions).toContain("ask");
    const { rows, same } = replayTrail(audit);
    expect([rows, same]).toEqual([8, 8]);
  });
});
