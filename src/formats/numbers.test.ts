import { describe, expect, it } from "vitest";
import { decodeNumbers, type NumberType, numberTexts, swapBytes } from "./numbers.js";

describe("decodeNumbers", () => {
  it.each<[NumberType, number[], number, string]>([
    ["f2", [0x00, 0x3c], 1, "one"],
    ["f2", [0x01, 0x00], 2 ** -24, "the smallest subnormal"],
    ["f2", [0xff, 0x03], 1023 * 2 ** -24, "the largest subnormal"],
    ["f2", [0xff, 0x7b], 65504, "the largest number"],
    ["f2", [0x00, 0xfc], -Infinity, "a masked class"],
    ["f2", [0x00, 0x80], -0, "minus zero"],
    ["f2", [0x01, 0x7e], NaN, "not a number"],
    ["bf2", [0x80, 0x3f], 1, "one"],
    ["bf2", [0x80, 0xff], -Infinity, "a masked class"],
    ["bf2", [0x49, 0x40], 3.140625, "pi in eight bits"],
    ["i1", [0x80], -128, "the least"],
    ["u1", [0xff], 255, "the largest"],
    ["i2", [0x00, 0x80], -32768, "the least"],
    ["u2", [0xff, 0xff], 65535, "the largest"],
    ["i4", [0, 0, 0, 0x80], -(2 ** 31), "the least"],
    ["u4", [255, 255, 255, 255], 2 ** 32 - 1, "the largest"],
    ["i8", [255, 255, 255, 255, 255, 255, 255, 255], -1, "minus one"],
    ["i8", [1, 0, 0, 0, 0, 0, 0x10, 0], 2 ** 52 + 1, "an integer with all its digits"],
    ["i8", [0, 0, 0, 0, 0, 0, 0, 0x80], -(2 ** 63), "the least"],
    ["u8", [255, 255, 255, 255, 255, 255, 255, 255], 2 ** 64, "the largest, to the nearest f64"],
    ["b1", [7], 1, "true"],
    ["f8", [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f], 0.1, "a tenth"],
  ])("%s %j is %d: %s", (type, bytes, expected) => {
    const out = new Float64Array(2);
    decodeNumbers(Uint8Array.from(bytes), type, out, 1);
    expect([...out]).toEqual([0, expected]);
  });

  it("numberTexts keeps the digits of 64-bit ids that no f64 has", () => {
    const ids = BigInt64Array.of(1_604_999_999_999_999_999n, -1n);
    expect(numberTexts(new Uint8Array(ids.buffer), "i8")).toEqual(["1604999999999999999", "-1"]);
    expect(numberTexts(Uint8Array.of(0, 0, 192, 63), "f4")).toEqual(["1.5"]);
  });

  it("swapBytes turns each number around", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
    swapBytes(bytes, 2);
    expect([...bytes]).toEqual([2, 1, 4, 3, 6, 5]);
  });
});
