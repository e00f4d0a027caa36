import { expect, it } from "vitest";
import { createArena, DATA, RESULT, TILE, WORK } from "./arena.js";

it("what the module itself keeps lies below all that callers write", () => {
  const end = createArena(0)!.kernels.dataEnd();
  expect(end).toBeGreaterThan(0);
  for (const place of [RESULT, TILE, WORK, DATA]) expect(end).toBeLessThanOrEqual(place);
});
