import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectTrail, recordsOf, replayTrail, Service } from "logits/server";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Serving } from "./generation.js";
import { Decided } from "./remembered.js";
import { RequestIds } from "./requestIds.js";

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

  it("are held against the later decision of an id that is used again", async () => {
    const { service, decide } = await started({ default: policy(0) });
    for (let i = 0; i < 10; i++) await decide("same", [0, i]);
    await decide("other", [0, 0]);
    expect(service.decided.find("same")?.p).toBeCloseTo(1 / (1 + Math.exp(-9)), 12);
    expect(service.decided.find("other")?.p).toBe(0.5);
  });
});

describe("a canary's rows", () => {
  it("are held against what the canary asks about", async () => {
    const next = policy(0, { name: "next", params: { positive: ["cat"], threshold: 0, above: "purr", below: "pass" } });
    const { service, decide } = await started({ default: policy(0), next }, { policy: "next", share: 0.5 });
    const ids = Array.from({ length: 8 }, (_, i) => `mail${i}`);
    const by = new Map<string, boolean>();
    for (const id of ids) {
      const { decisions } = JSON.parse(await decide(id)) as { decisions: [{ policy: string }] };
      by.set(id, decisions[0].policy === service.policies.current.canary?.version);
    }
    expect(new Set(by.values()).size).toBe(2);
    for (const id of ids) expect(service.decided.find(id)?.happens("cat")).toBe(by.get(id));
  });
});

describe("replay", () => {
  it("of one request says when the trail holds none of that id", async () => {
    const { audit, decide } = await started({ default: policy(0) });
    await decide("mine");
    expect(replayTrail(audit, "mine")).toMatchObject({ rows: 1, same: 1 });
    expect(() => replayTrail(audit, "mime")).toThrow("Cannot decide again about mime");
  });

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

const serving = { policy: { classes: ["a", "b"], params: {} } } as unknown as Serving;

describe("decisions that are remembered", () => {
  const ids = new RequestIds();
  const told = (decided: Decided, request: string | number, ps: readonly number[], named?: string[]): void => {
    const start = decided.next;
    for (const p of ps) decided.keep(p, "a", serving);
    decided.add(request, start, ps.length, named);
  };

  it("are the last rows, whole requests or what is left of one", () => {
    const decided = new Decided(ids, 5);
    told(decided, "q", [0.1, 0.2, 0.3]);
    told(decided, "r", [0.4, 0.5]);
    expect(decided.find("q-0")?.p).toBe(0.1);
    expect(["q-", "q-0.5", "q-00", "q-1e0"].map((id) => decided.find(id))).toEqual(Array(4).fill(undefined));
    expect(decided.find("r", 1)?.p).toBe(0.5);
    told(decided, "s", [0.6]);
    expect(decided.find("q-0")).toBeUndefined();
    expect(decided.find("q-1")?.p).toBe(0.2);
    expect(decided.find("r-1")?.p).toBe(0.5);
    expect(decided.find("s")?.p).toBe(0.6);
    expect(decided.find("s-1")).toBeUndefined();
    told(decided, "t", [0.7, 0.8, 0.9, 1, 0.11, 0.12]);
    expect(["q-2", "r-1", "s", "t-0"].map((id) => decided.find(id))).toEqual(Array(4).fill(undefined));
    expect(decided.find("t-5")?.p).toBe(0.12);
  });

  it("are found by their own ids, of which the newest counts", () => {
    const decided = new Decided(ids, 4);
    told(decided, "q", [0.1, 0.2], ["x", "y"]);
    told(decided, "r", [0.3], ["x"]);
    expect(decided.find("x")?.p).toBe(0.3);
    decided.find("y")!.learn("b");
    expect(decided.find("q-1")).toMatchObject({ p: 0.2, label: "b" });
    told(decided, "s", [0.4, 0.5, 0.6]);
    expect(decided.find("y")).toBeUndefined();
    expect(decided.find("x")?.p).toBe(0.3);
  });

  it("are not those of an id that only begins like a request's", () => {
    const decided = new Decided(ids, 20);
    told(
      decided,
      "1",
      Array.from({ length: 13 }, (_, row) => row / 13),
    );
    expect(decided.find("1-12")?.p).toBe(12 / 13);
    expect(decided.find("12")).toBeUndefined();
  });

  it("of a request that comes again are the newest", () => {
    const decided = new Decided(ids, 3);
    told(decided, "q", [0.1]);
    told(decided, "r", [0.2]);
    told(decided, "q", [0.3]);
    told(decided, "s", [0.4]);
    expect(decided.find("q")?.p).toBe(0.3);
    expect(decided.find("r")?.p).toBe(0.2);
  });

  it("are found by ids that were given to their requests, among those that were brought", () => {
    const decided = new Decided(ids, 4);
    const given = Array.from({ length: 5 }, () => ids.take());
    const found = () => given.map((serial) => decided.find(ids.text(serial))?.p);
    told(decided, "q", [0.9]);
    told(decided, given[0]!, [0.1]);
    told(decided, "r", [0.8]);
    // The second one failed: it is none.
    told(decided, given[2]!, [0.3]);
    expect(found()).toEqual([0.1, undefined, 0.3, undefined, undefined]);
    told(decided, given[3]!, [0.4, 0.45]);
    expect(found()).toEqual([undefined, undefined, 0.3, 0.4, undefined]);
    expect(decided.find(`${ids.text(given[3]!)}-1`)?.p).toBe(0.45);
    expect(decided.find(`${ids.text(given[3]!)}0`)).toBeUndefined();
    // Whoever brings an id that was given means the later one.
    told(decided, ids.text(given[3]!), [0.7]);
    expect(found()).toEqual([undefined, undefined, 0.3, 0.7, undefined]);
  });
});
