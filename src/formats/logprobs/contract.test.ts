import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LogitsError } from "logits";
import { logprobShapes, readLogprobs, shapesOfLogprobs } from "logits/formats";
import { describe, expect, it } from "vitest";
import { documentsOf } from "./events.js";

const folder = fileURLToPath(new URL("../../../test/golden/payloads/", import.meta.url));
const payloads = readdirSync(folder)
  .filter((file) => file !== "truth.json")
  .map((file): [string, unknown] => {
    const documents = documentsOf(readFileSync(folder + file, "utf8"));
    return [file, documents.length === 1 ? documents[0] : documents];
  });

/** The payload with one node after another replaced. */
function* damaged(whole: unknown, node: unknown = whole, path: (string | number)[] = []): Generator<unknown> {
  if (typeof node !== "object" || node === null) return;
  const keys = Array.isArray(node) ? [...node.keys()].slice(0, 3) : Object.keys(node);
  for (const key of keys) {
    for (const other of [null, {}, [], "x", 7]) yield replaced(whole, [...path, key], other);
    yield* damaged(whole, (node as Record<string | number, unknown>)[key], [...path, key]);
  }
}

function replaced(node: unknown, [key, ...rest]: (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, other);
  return copy;
}

describe("every shape", () => {
  it.each(payloads)("%s has the keys of one shape alone", (_, payload) => {
    expect(shapesOfLogprobs(payload)).toHaveLength(1);
  });

  it.each(logprobShapes.map((shape) => [shape.name, shape] as const))("%s is not anything else", (_, shape) => {
    for (const other of [
      null,
      undefined,
      0,
      "",
      "text",
      true,
      [],
      {},
      [[]],
      [{}],
      [null],
      { choices: null },
      { choices: [null] },
      { output: [{}] },
      { logprobs: [] },
      { logits: [[1, 2]] },
    ]) {
      expect(shape.matches(other)).toBe(false);
      expect(shape.streams?.(other) ?? false).toBe(false);
    }
  });

  it.each(payloads)("%s, damaged anywhere, is read or refused by name", async (_, payload) => {
    let read = 0;
    let refused = 0;
    for (const broken of damaged(payload)) {
      try {
        const { steps } = await readLogprobs(broken, { allowRounded: true });
        for (const { logprob, top } of steps)
          for (const value of [logprob, ...top.map((token) => token.logprob)]) expect(value).toBeLessThanOrEqual(0);
        read++;
      } catch (error) {
        if (!LogitsError.isInstance(error)) throw error;
        expect(error.message).toMatch(/^Cannot /);
        refused++;
      }
    }
    expect(read).toBeGreaterThan(0);
    expect(read + refused).toBeGreaterThan(100);
  });

  it.each(payloads)("%s is not changed by being read", async (_, payload) => {
    const before = JSON.stringify(payload);
    await readLogprobs(payload);
    expect(JSON.stringify(payload)).toBe(before);
  });
});
