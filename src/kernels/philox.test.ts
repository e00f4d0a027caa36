import { afterEach, expect, it } from "vitest";
import { philox, philoxRun, useImplementation } from "./index.js";

afterEach(() => useImplementation());

it.each([
  ["a whole number of fours", 0, 64],
  ["not one", 5, 67],
  ["counters that pass 2^32", 2 ** 32 - 18, 40],
  ["counters that pass it at the end of a four", 2 ** 32 - 20, 40],
  ["counters far beyond it", 2 ** 45 + 3, 33],
  ["more than fit into a piece", 7, 8192 + 21],
  ["few", 3, 2],
])("words of many counters are those of each: %s", (_, first, count) => {
  for (const implementation of ["wasm", "reference"] as const) {
    useImplementation(implementation);
    const out = new Uint32Array(4 * count);
    philoxRun(first, 0x85a308d3, 2, [0xa4093822, 0x299f31d0], count, out);
    const words = new Uint32Array(4);
    const wrong: number[] = [];
    for (let i = 0; i < count; i++) {
      philox([(first + i) >>> 0, Math.floor((first + i) / 2 ** 32), 0x85a308d3, 2], [0xa4093822, 0x299f31d0], words);
      if (words.some((word, lane) => word !== out[4 * i + lane])) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  }
});
