import { describe, expect, it } from "vitest";
import { memorySink } from "../../test/support/memorySink.js";
import { readArrays } from "./arrays.js";
import { bytesOf } from "./bytes.js";
import { type ArrayToWrite, writeArrays } from "./writeArrays.js";

describe("writeArrays", () => {
  const arrays: ArrayToWrite[] = [
    { name: "cube", shape: [2, 1, 3], values: Float32Array.of(0.1, -1, 2, Infinity, 1e-30, 6) },
    // A part of a longer array: what lies around it is not written.
    { name: "wide", shape: [2], values: Float64Array.of(9, Math.PI, -0.1, 9).subarray(1, 3) },
    { name: "labels", shape: [3], values: Int32Array.of(-1, 0, 2 ** 30) },
    { name: "flags", shape: [0], values: new Uint8Array(0) },
    { name: "ids", shape: [3], values: ["a", "", "größer"] },
  ];

  it("writes what readArrays reads, of every type", async () => {
    const sink = memorySink();
    await writeArrays(arrays, sink);
    const read = await readArrays(bytesOf(sink.bytes(), "x.npz"));
    expect([...read.keys()]).toEqual(arrays.map(({ name }) => name));
    expect([...read.values()].map(({ type }) => type)).toEqual(["f4", "f8", "i4", "u1", "text"]);
    for (const { name, shape, values } of arrays) {
      expect(read.get(name)!.shape).toEqual(shape);
      expect([...(read.get(name)!.texts ?? read.get(name)!.values)]).toEqual([...values]);
    }
  });

  it("writes the same bytes again", async () => {
    const [one, two] = [memorySink(), memorySink()];
    await writeArrays(arrays, one);
    await writeArrays(arrays, two);
    expect(two.bytes()).toEqual(one.bytes());
  });
});
