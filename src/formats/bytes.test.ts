import { describe, expect, it } from "vitest";
import { bytesOf, partOf, readInto } from "./bytes.js";
import type { Bytes } from "./table.js";

const data = Uint8Array.from({ length: 20 }, (_, i) => i);

describe("bytesOf", () => {
  const kinds: [string, Bytes][] = [
    ["an array", bytesOf(data, "x")],
    ["a buffer", bytesOf(data.buffer, "x")],
    ["a Blob", bytesOf(new Blob([data]), "x")],
    ["a File, which has its own name", bytesOf(new File([data], "x"))],
    ["a view into a larger buffer", bytesOf(new Uint8Array([9, ...data]).subarray(1), "x")],
    ["a part of a part", partOf(partOf(bytesOf(Uint8Array.of(9, 9, ...data, 9), "x"), 1, 23), 1, 21)],
  ];

  it.each(kinds)("reads %s alike", async (_, bytes) => {
    expect([bytes.byteLength, bytes.name]).toEqual([20, "x"]);
    expect(Array.from(await bytes.slice(3, 6))).toEqual([3, 4, 5]);
    expect(Array.from(await bytes.slice(20, 20))).toEqual([]);
    const into = new Uint8Array(4);
    await readInto(bytes, 16, into);
    expect([...into]).toEqual([16, 17, 18, 19]);
  });

  it.each(kinds)("refuses to read beyond %s", async (_, bytes) => {
    await expect(bytes.slice(10, 21)).rejects.toThrow("Cannot read x: it must have at least 21 bytes, got 20");
    await expect(readInto(bytes, 18, new Uint8Array(4))).rejects.toThrow("it must have at least 22 bytes, got 20");
  });
});
