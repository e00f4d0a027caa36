import { drawToken, tokenAt } from "logits/sample";
import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";
import type { DrawKey } from "./chain.js";

const out = -Infinity;
const last = 1 - 2 ** -53;

describe("tokenAt", () => {
  it.each<[string, number[], number, number]>([
    ["0 takes the first", [0, 0], 0, 0],
    ["below ½ takes the first of two equals", [0, 0], 0.5 - 2 ** -53, 0],
    ["½ takes the second", [0, 0], 0.5, 1],
    ["the largest u takes the last", [0, 0, 0], last, 2],
    ["0 passes over what is removed", [out, 0, 0], 0, 1],
    ["the largest u passes over what is removed", [0, 0, out], last, 1],
    ["the largest u passes over what has no weight", [0, 0, -800], last, 1],
    ["the only token is taken", [out, -9999, out], 0.7, 1],
    ["a constant changes nothing", [1e15, 1e15], 0.5, 1],
  ])("%s", (_, scores, u, token) => expect(tokenAt(Float64Array.from(scores), u)).toBe(token));

  it("refuses a row of which nothing is left", () => {
    expect(() => tokenAt(Float64Array.of(out), 0.5)).toThrow("Cannot draw: a token must be left, got none");
  });
});

describe("drawToken", () => {
  it("takes the token at the uniform number of its key", () => {
    const row = Float64Array.from({ length: 50 }, (_, id) => 3 * uniform(9, "simulation", id));
    for (let step = 0; step < 200; step++)
      expect(drawToken(row, { seed: 4, sequence: 2, step })).toBe(tokenAt(row, uniform(4, "sample", step, 2)));
  });

  it.each<[DrawKey, string]>([
    [{ seed: -1 }, "Cannot draw: seed must be an integer in [0, 4294967295], got -1"],
    [{ seed: 2 ** 32 }, "Cannot draw: seed must be an integer in [0, 4294967295], got 4294967296"],
    [{ seed: 0.5 }, "Cannot draw: seed must be an integer in [0, 4294967295], got 0.5"],
    [{ seed: 0, sequence: 2 ** 32 }, "Cannot draw: sequence must be an integer in [0, 4294967295], got 4294967296"],
    [{ seed: 0, step: NaN }, "Cannot draw: step must be an integer in [0, 9007199254740991], got NaN"],
  ])("refuses %j", (key, message) => expect(() => drawToken(Float64Array.of(1), key)).toThrow(message));
});
