import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
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

  it("stay so over a restart also when the disk was full meanwhile", async () => {
    write("default.json", policy(0));
    const store = open();
    const inTheWay = join(folder, "state.json.part");
    mkdirSync(inTheWay);
    await expect(store.revoke("by margin")).rejects.toThrow();
    expect(revoked(store)).toBe(true);
    store.watch(5);
    onTestFinished(() => store.close());
    rmSync(inTheWay, { recursive: true });
    await vi.waitFor(() => expect(revoked(open())).toBe(true));
  });

  it("stay so over a restart also when, on a full disk, somebody tried to let them hold again", async () => {
    write("default.json", policy(0));
    const store = open();
    const inTheWay = join(folder, "state.json.part");
    mkdirSync(inTheWay);
    await expect(store.revoke("by margin")).rejects.toThrow();
    await expect(store.reinstate()).rejects.toMatchObject({ name: "NotWrittenError" });
    store.watch(5);
    onTestFinished(() => store.close());
    rmSync(inTheWay, { recursive: true });
    await vi.waitFor(() => expect(revoked(open())).toBe(true));
  });

  it("stay so where that they hold again cannot be kept: a restart would revoke them", async () => {
    write("default.json", policy(0));
    const store = open();
    await store.revoke("by margin");
    const inTheWay = join(folder, "state.json.part");
    mkdirSync(inTheWay);
    await expect(store.reinstate()).rejects.toMatchObject({ name: "NotWrittenError" });
    expect(revoked(store)).toBe(true);
    rmSync(inTheWay, { recursive: true });
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

  it("is read again when a file of the same size and date takes another's place, and when one changed before the watch began", async () => {
    const file = write("default.json", policy(1));
    const dated = new Date("2026-01-01");
    utimesSync(file, dated, dated);
    const store = open();
    const next = write("next.part", policy(2));
    utimesSync(next, dated, dated);
    renameSync(next, file);
    store.watch(5);
    onTestFinished(() => store.close());
    await vi.waitFor(() => expect(store.current.main?.policy.params["threshold"]).toBe(2));
    const again = write("next.part", policy(3));
    utimesSync(again, dated, dated);
    renameSync(again, file);
    await vi.waitFor(() => expect(store.current.main?.policy.params["threshold"]).toBe(3));
  });

  it.each([
    ["of a file elsewhere", { texts: [[join(tmpdir(), "elsewhere.json"), "{}"]], withdrawn: [] }],
    ["of a file above", { texts: [], withdrawn: ["POLICIES/../state.json"] }],
    ["of none", {}],
    ["that is no JSON", undefined],
  ])("a way back %s is refused and touches nothing", (_, plan) => {
    write("default.json", policy(0));
    const policies = join(folder, "policies");
    writeFileSync(join(folder, "state.json"), "[]");
    const text = plan ? JSON.stringify(plan).replace("POLICIES", policies) : "{";
    writeFileSync(join(policies, ".rollback"), text);
    expect(open).toThrow("it must be of files that are served");
    expect([existsSync(join(folder, "state.json")), existsSync(join(tmpdir(), "elsewhere.json"))]).toEqual([
      true,
      false,
    ]);
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

  it("a way back that cannot be written takes away what it brought, and brings back no file that was gone", async () => {
    const again = write("again.json", policy(5));
    const file = write("default.json", policy(0));
    const store = open();
    rmSync(again);
    const gone = write("gone.json", policy(6));
    write("default.json", policy(1));
    await store.reload();
    rmSync(gone);
    mkdirSync(`${file}.part`);
    await expect(store.rollback()).rejects.toMatchObject({ name: "NotWrittenError" });
    expect([again, gone, join(folder, "policies", ".rollback")].map((path) => existsSync(path))).toEqual([
      false,
      false,
      false,
    ]);
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
