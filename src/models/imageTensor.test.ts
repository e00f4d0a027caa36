import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { imageTensor, type Preprocess, resized } from "./imageTensor.js";

const golden = JSON.parse(readFileSync(new URL("../../test/golden/resize.json", import.meta.url), "utf8")) as {
  width: number;
  height: number;
  pixels: number[];
  sizes: { width: number; height: number; values: number[] }[];
};
const image = { width: golden.width, height: golden.height, pixels: Uint8Array.from(golden.pixels) };

describe("a picture for a network", () => {
  it.each(golden.sizes)("is resized to $width × $height as Pillow does it", ({ width, height, values }) => {
    const got = resized(image, width, height);
    expect(got).toHaveLength(values.length);
    expect(Math.max(...values.map((value, i) => Math.abs(value - got[i]!)))).toBeLessThan(1e-3);
  });

  const two = { width: 2, height: 1, pixels: Uint8Array.of(255, 0, 51, 0, 255, 102) };
  const plain = { width: 2, height: 1, mean: [0], std: [1] };
  it.each<[Preprocess, number[], string]>([
    [{ ...plain, channels: 3, layout: "NCHW" }, [1, 0, 0, 1, 0.2, 0.4], "channels first"],
    [{ ...plain, channels: 3, layout: "NHWC" }, [1, 0, 0.2, 0, 1, 0.4], "channels last"],
    [{ ...plain, channels: 1, layout: "NCHW" }, [0.299 + 0.114 * 0.2, 0.587 + 0.114 * 0.4], "luma"],
    [
      { ...plain, channels: 3, layout: "NHWC", mean: [0.5], std: [0.5] },
      [1, -1, -0.6, -1, 1, -0.2],
      "one mean for all",
    ],
    [
      { ...plain, channels: 3, layout: "NHWC", mean: [1, 0, 0.2], std: [1, 2, 0.1] },
      [0, 0, 0, -1, 0.5, 2],
      "one a channel",
    ],
  ])("%j gives %j: %s", (how, expected) => {
    const got = imageTensor(two, how);
    expect(got).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
  });
});
