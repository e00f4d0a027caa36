import { describe, expect, it } from "vitest";
import { conv, dense, linear, pool } from "./layers.js";
import { layersFor } from "./layersFor.js";
import { network } from "./network.js";

describe("layersFor", () => {
  it.each([
    [[28, 28, 1], [conv(8), pool(), conv(16), pool(), dense(64), linear(3)], "small and grey"],
    [[32, 32, 3], [conv(16), pool(), conv(32), pool(), dense(128), linear(3)], "small and in colour"],
    [
      [64, 64, 3],
      [conv(16), pool(), conv(32), pool(), conv(32), pool(), dense(128), linear(3)],
      "halved until a side is 8",
    ],
    [[15, 6, 1], [conv(8), conv(16), dense(64), linear(3)], "an odd side is not halved"],
    [[6, 4, 3], [conv(8), pool(), conv(16), dense(64), linear(3)], "nor one that has become odd"],
    [[1, 1, 1], [conv(8), conv(16), dense(64), linear(3)], "one pixel"],
    [[20], [dense(64), linear(3)], "features"],
  ])("%j gives %j: %s", (input, layers) => {
    expect(layersFor(input, 3)).toEqual(layers);
    expect(() => network(layersFor(input, 3), { input })).not.toThrow();
  });
});
