import { expect, it } from "vitest";
import { toHalf } from "./half.js";

// numpy: np.array([...], np.float32).astype(np.float16).view(np.uint16)
it.each([
  [0, 0x0000, "zero"],
  [-0, 0x8000, "its sign is kept"],
  [1, 0x3c00, "one"],
  [-2.5, 0xc100, "a negative number"],
  [65504, 0x7bff, "the largest"],
  [65519, 0x7bff, "just below halfway to infinity"],
  [65520, 0x7c00, "halfway: to even, which is infinity"],
  [-Infinity, 0xfc00, "a masked class"],
  [2049, 0x6800, "halfway: to even"],
  [2051, 0x6802, "halfway: to even, upwards"],
  [2 ** -24, 0x0001, "the smallest subnormal"],
  [2 ** -25, 0x0000, "half of it: to even"],
  [3 * 2 ** -25, 0x0002, "one and a half of it: to even"],
  [6.1e-5, 0x03ff, "the largest subnormal"],
  [0.1, 0x2e66, "a tenth"],
])("%d is %i: %s", (value, expected) => {
  expect(toHalf(Float32Array.of(value))[0]).toBe(expected);
});
