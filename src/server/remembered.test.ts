import { describe, expect, it } from "vitest";
import type { Serving } from "./generation.js";
import { Decided } from "./remembered.js";

const serving = { policy: { classes: ["a", "b"], params: {} } } as unknown as Serving;

describe("decisions that are remembered", () => {
  const told = (decided: Decided, request: string, ps: readonly number[], named?: string[]): void => {
    const start = decided.next;
    for (const p of ps) decided.keep(p, "a");
    decided.add(request, start, ps.length, serving, named);
  };

  it("are the last rows, whole requests or what is left of one", () => {
    const decided = new Decided(5);
    told(decided, "q", [0.1, 0.2, 0.3]);
    told(decided, "r", [0.4, 0.5]);
    expect(decided.find("q-0")?.p).toBe(0.1);
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
    const decided = new Decided(4);
    told(decided, "q", [0.1, 0.2], ["x", "y"]);
    told(decided, "r", [0.3], ["x"]);
    expect(decided.find("x")?.p).toBe(0.3);
    decided.find("y")!.learn("b");
    expect(decided.find("q-1")).toMatchObject({ p: 0.2, label: "b" });
    told(decided, "s", [0.4, 0.5, 0.6]);
    expect(decided.find("y")).toBeUndefined();
    expect(decided.find("x")?.p).toBe(0.3);
  });

  it("of a request that comes again are the newest", () => {
    const decided = new Decided(3);
    told(decided, "q", [0.1]);
    told(decided, "r", [0.2]);
    told(decided, "q", [0.3]);
    told(decided, "s", [0.4]);
    expect(decided.find("q")?.p).toBe(0.3);
    expect(decided.find("r")?.p).toBe(0.2);
  });
});
