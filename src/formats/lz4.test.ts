import { describe, expect, it } from "vitest";
import { decompressLz4Frame } from "./lz4.js";

const magic = [0x04, 0x22, 0x4d, 0x18];
/** A frame of one compressed block, without sums. */
const frame = (...block: number[]): Uint8Array =>
  Uint8Array.of(...magic, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 0, 0, 0, 0);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const letters = (value: string): number[] => [...value].map((letter) => letter.charCodeAt(0));

describe("decompressLz4Frame", () => {
  it.each<[string, number[], string]>([
    ["literals alone", [0x30, ...letters("abc")], "abc"],
    ["a match that repeats itself", [0x12, ...letters("a"), 1, 0, 0x10, ...letters("b")], "aaaaaaab"],
    ["a match from further back", [0x40, ...letters("abcd"), 4, 0, 0x10, ...letters("!")], "abcdabcd!"],
    ["a long run of literals", [0xf0, 1, ...letters("0123456789abcdef")], "0123456789abcdef"],
    ["a long match", [0x1f, ...letters("z"), 1, 0, 3, 0x10, ...letters("y")], `${"z".repeat(23)}y`],
  ])("reads %s", (_, block, expected) => {
    expect(text(decompressLz4Frame(frame(...block), expected.length))).toBe(expected);
  });

  it("reads a block that is not compressed", () => {
    const stored = Uint8Array.of(...magic, 0x60, 0x40, 0, 3, 0, 0, 0x80, ...letters("abc"), 0, 0, 0, 0);
    expect(text(decompressLz4Frame(stored, 3))).toBe("abc");
  });

  it.each<[string, Uint8Array, number]>([
    ["another format", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 3],
    ["less than it says", frame(0x30, ...letters("abc")), 4],
    ["more than it says", frame(0x30, ...letters("abc")), 2],
    ["a match before the start", frame(0x10, 97, 9, 0, 0x10, 98), 6],
    ["a match of offset 0", frame(0x10, 97, 0, 0, 0x10, 98), 6],
    ["literals that are not there", frame(0xf0, 255, 255), 3],
    ["a block without an end", Uint8Array.of(...magic, 0x60, 0x40, 0, 255, 255, 0, 0), 3],
  ])("refuses %s", (_, bytes, size) => {
    expect(() => decompressLz4Frame(bytes, size)).toThrow(RangeError);
  });
});
