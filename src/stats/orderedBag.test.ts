import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";
import { OrderedBag } from "./orderedBag.js";

describe("OrderedBag", () => {
  it.each([0, 1, 255, 256, 257, 513, 3000])(
    "counts as counting one by one does, after %d values at the start and 700 more",
    (start) => {
      const value = (i: number): number => Math.floor(50 * uniform(3, "simulation", i));
      const all = Array.from({ length: start }, (_, i) => value(i));
      const bag = new OrderedBag(all);
      for (let i = start; i < start + 700; i++) {
        const x = value(i) / (i % 7 === 0 ? 2 : 1);
        if (i % 10 === 0)
          expect(bag.count(x)).toEqual({
            less: all.filter((one) => one < x).length,
            equal: all.filter((one) => one === x).length,
          });
        bag.add(x);
        all.push(x);
      }
      expect(bag.size).toBe(all.length);
    },
  );

  it("values that come in order, or all alike, are counted too", () => {
    const bag = new OrderedBag();
    for (let i = 0; i < 2000; i++) bag.add(i);
    for (let i = 0; i < 1500; i++) bag.add(7);
    expect(bag.count(7)).toEqual({ less: 7, equal: 1501 });
    expect(bag.count(1e9)).toEqual({ less: 3500, equal: 0 });
  });
});
