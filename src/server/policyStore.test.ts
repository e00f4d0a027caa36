import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Policy } from "../core/index.js";
import { PolicyStore } from "./policyStore.js";

const policy = (threshold: number, more: object = {}): object => ({
  kind: "policy",
  version: 1,
  method: "threshold",
  params: { positive: ["dog"], threshold, above: "bark", below: "pass" },
  classes: ["cat", "dog"],
  guarantee: {
    rate: "fpr",
    side: "at most",
    bound: 0.02,
    confidence: 0.95,
    by: "neyman-pearson umbrella",
    n: 1000,
    count: 9,
    needed: 149,
  },
  ...more,
});
const calibrator = (temperature: number): object => ({
  kind: "calibrator",
  version: 1,
  method: "temperature",
  params: { temperature },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-store-"));
  return () => rmSync(folder, { recursive: true, force: true });
});
const write = (name: string, document: object): string => {
  mkdirSync(join(folder, "policies"), { recursive: true });
  const path = join(folder, "policies", name);
  writeFileSync(path, JSON.stringify(document));
  return path;
};
const read = (name: string): Record<string, any> => JSON.parse(readFileSync(join(folder, "policies", name), "utf8"));
const open = (): PolicyStore =>
  new PolicyStore({ sources: { policy: join(folder, "policies") }, stateFile: join(folder, "state.json") });
const revoked = ({ current }: PolicyStore): boolean => current.main?.state?.revoked !== undefined;

describe("contracts that an alarm revoked", () => {
  it("stay so for policies that come later, over a restart too, until a person has looked", async () => {
    write("default.json", policy(0));
    const store = open();
    await store.revoke("by margin", "2026-11-27T00:00:00Z");
    expect(revoked(store)).toBe(true);
    await store.put(policy(1));
    expect(revoked(store)).toBe(true);
    write("default.json", policy(2));
    await store.reload();
    expect(revoked(store)).toBe(true);
    write("default.json", policy(3));
    expect(revoked(open())).toBe(true);
    await store.reload();
    await store.reinstate();
    expect(revoked(store)).toBe(false);
    expect(revoked(open())).toBe(false);
  });

  it("are none of a policy that promises nothing", async () => {
    write("default.json", policy(0, { guarantee: undefined }));
    const store = open();
    await store.revoke("by margin");
    expect(revoked(store)).toBe(false);
    await store.put(policy(1));
    expect(revoked(store)).toBe(true);
  });
});

describe("a folder of policies", () => {
  it("keeps its main policy: a second file must not leave callers without one", async () => {
    write("pets.json", policy(0));
    const store = open();
    write("other.json", policy(1));
    await expect(store.reload()).rejects.toThrow("one must stay the main policy");
    expect(store.current.main?.name).toBe("pets");
    write("default.json", policy(1, { classes: ["cat", "dog", "bird"] }));
    await expect(store.reload()).rejects.toThrow("the classes must stay");
    write("default.json", policy(1));
    await store.reload();
    expect(store.current.main?.name).toBe("default");
  });

  it("goes back as a whole: also a file that was broken meanwhile", async () => {
    const before = policy(0);
    write("default.json", before);
    write("C.json", calibrator(1));
    const store = open();
    write("C.json", calibrator(2));
    await store.reload();
    writeFileSync(join(folder, "policies", "default.json"), "garbage");
    await expect(store.reload()).rejects.toThrow("JSON");
    await store.rollback();
    expect(read("default.json")).toEqual(before);
    expect(read("C.json")["params"].temperature).toBe(1);
    expect((await store.reload()).number).toBe(3);
  });

  it("a way back that a crash interrupted is gone to its end at the next start", () => {
    const [now, then] = [write("default.json", policy(0)), write("C.json", calibrator(2))];
    const extra = write("extra.json", policy(5));
    const texts = [
      [now, JSON.stringify(policy(-1))],
      [then, JSON.stringify(calibrator(1))],
    ];
    writeFileSync(join(folder, "policies", ".rollback"), JSON.stringify({ texts, withdrawn: [extra] }));
    const { main, named } = open().current;
    const { params, calibrator: own } = main!.policy as Policy;
    expect([params["threshold"], own?.params, named.size]).toEqual([-1, { temperature: 1 }, 1]);
    expect(existsSync(join(folder, "policies", ".rollback"))).toBe(false);
    expect(existsSync(`${extra}.withdrawn`)).toBe(true);
  });

  it("a way back that cannot be written leaves every file as it is", async () => {
    write("C.json", calibrator(1));
    const file = write("default.json", policy(0));
    const store = open();
    write("C.json", calibrator(2));
    write("default.json", policy(1));
    await store.reload();
    mkdirSync(`${file}.part`);
    await expect(store.rollback()).rejects.toThrow();
    expect([read("C.json")["params"].temperature, read("default.json")["params"].threshold]).toEqual([2, 1]);
    expect(store.current.number).toBe(2);
    expect(existsSync(join(folder, "policies", ".rollback"))).toBe(false);
  });
});

describe("a policy that cannot be written, or not be recorded", () => {
  const recording = (before: () => Promise<void>) => {
    const told: number[] = [];
    const store = new PolicyStore({
      sources: { policy: join(folder, "policies") },
      before: async ({ number }) => {
        await before();
        told.push(number);
      },
    });
    return { store, told };
  };

  it("does not serve, and is not said to, where its file cannot be written", async () => {
    const file = write("default.json", policy(0));
    const { store, told } = recording(async () => undefined);
    mkdirSync(`${file}.part`);
    await expect(store.put(policy(1))).rejects.toThrow(`Cannot write ${join(folder, "policies")}: it must be a file`);
    expect([told, store.current.number, read("default.json")["params"].threshold]).toEqual([[], 1, 0]);
    rmSync(`${file}.part`, { recursive: true });
    await store.put(policy(1));
    expect([told, store.current.number, read("default.json")["params"].threshold]).toEqual([[2], 2, 1]);
  });

  it("leaves every file as it was where the trail does not take the record", async () => {
    write("default.json", policy(0));
    let full = true;
    const { store } = recording(async () => {
      if (full) throw new Error("full");
    });
    await expect(store.put(policy(1))).rejects.toThrow("full");
    expect([store.current.number, read("default.json")["params"].threshold]).toEqual([1, 0]);
    full = false;
    await store.put(policy(1));
    write("extra.json", policy(5));
    await store.reload();
    full = true;
    await expect(store.rollback()).rejects.toThrow("full");
    expect([store.current.number, read("extra.json")["params"].threshold]).toEqual([3, 5]);
  });
});
