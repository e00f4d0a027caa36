import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alloc, topK, useImplementation } from "./index.js";
import { tables } from "./tables.fixture.js";

beforeEach(() => useImplementation("wasm"));
afterEach(() => useImplementation());

/** Indices by sorting all of them. */
function sorted(row: Float32Array): number[] {
  return Array.from(row.keys())
    .filter((k) => row[k] !== -Infinity)
    .sort((a, b) => row[b]! - row[a]! || a - b);
}

function check(row: Float32Array, counts: number[]): void {
  const own = alloc(1, row.length);
  own.set(row);
  const order = sorted(row);
  for (const k of counts) {
    const wanted = order.slice(0, k);
    for (const [given, implementation] of [
      [row, "wasm"],
      [own, "wasm"],
      [row, "reference"],
    ] as const) {
      useImplementation(implementation);
      const found = topK(given, k)!;
      expect([...found.indices]).toEqual(wanted);
      expect([...found.values].every((z, i) => Object.is(z, row[wanted[i]!]))).toBe(true);
    }
  }
}

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 4097, 50_257];
const good = tables.filter(({ name }) => !/NaN|\+Infinity/.test(name));

describe.each(good)("the top of $name", ({ make }) => {
  it.each(sizes)("of %i scores, for each k up to all and beyond", (n) =>
    check(
      make(1, n),
      [0, 1, 2, 5, 40, 63, 64, 65, 1000, n - 1, n, n + 1].filter((k) => k >= 0 && k <= n + 1),
    ),
  );
});

describe("the top", () => {
  const large = (z: (k: number) => number): Float32Array => Float32Array.from({ length: 262_144 }, (_, k) => z(k));

  it.each([
    ["noise", (k: number) => Math.sin(k * 12.9898) * 43_758.5453],
    ["rising scores", (k: number) => k],
    ["falling scores", (k: number) => -k],
    ["few different scores", (k: number) => k % 7],
    ["one score", () => 2],
    ["all in one tile", (k: number) => (k >> 6 === 300 ? k % 64 : -k)],
    ["equal ones at the ends", (k: number) => (k === 0 || k === 262_143 ? 1 : 0)],
    ["all masked but a few", (k: number) => (k % 9973 === 5 ? k : -Infinity)],
    ["subnormal scores", (k: number) => ((k * 7919) % 262_144) * 1e-44],
  ])("of 262,144: %s", (_, z) => check(large(z), [1, 40, 1000, 30_000, 262_144]));

  it("takes zeros of both signs as equal, and gives them as they are", () =>
    check(
      large((k) => (k % 3 ? -0 : 0)),
      [1, 2, 40],
    ));

  it.each([NaN, -NaN, Infinity])("is nothing where there is %d", (z) => {
    for (const at of [0, 4095, 4096, 9000, 9999])
      expect(topK(new Float32Array(10_000).fill(z, at, at + 1), 3)).toBe(undefined);
  });

  it("is nothing of a row masked throughout, also when none are wanted", () => {
    for (const k of [0, 3]) expect(topK(new Float32Array(1000).fill(-Infinity), k)).toBe(undefined);
  });
});
