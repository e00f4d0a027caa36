import { assert, integer, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.js";

describe("crc32", () => {
  it.each([
    ["", 0],
    ["123456789", 0xcbf43926],
    ["The quick brown fox jumps over the lazy dog", 0x414fa339],
  ])("of %j is the published sum", (text, sum) => {
    expect(crc32(new TextEncoder().encode(text))).toBe(sum);
  });

  it("of a file in pieces is that of the whole", () => {
    assert(
      property(uint8Array({ maxLength: 100 }), integer({ min: 0, max: 100 }), (bytes, at) => {
        expect(crc32(bytes.subarray(at), crc32(bytes.subarray(0, at)))).toBe(crc32(bytes));
      }),
      { seed: 7 },
    );
  });
});
