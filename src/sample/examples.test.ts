// The example in the doc block of every sampler, run.
import { readdirSync, readFileSync } from "node:fs";
import * as sample from "logits/sample";
import { describe, expect, it } from "vitest";
import { heldElsewhere } from "../../test/support/samplerCases.js";

const folder = new URL(".", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));

/** "topK.apply(…)   // [1, 2]", on one line or on two. */
const example =
  /@example\n \* {5}(\w+\.apply\(.*\))(?: {3}|\n \* {5})\/\/ (\[.*\])\n \*\/\nexport const (\w+): Sampler/g;
const examples = files.flatMap((file) =>
  [...readFileSync(new URL(file, folder), "utf8").matchAll(example)].map(
    (found) => [found[3]!, found[1]!, found[2]!] as const,
  ),
);

const run = (code: string): number[] => {
  const names = Object.keys(sample);
  // oxlint-disable-next-line no-new-func, no-implied-eval
  return [...new Function(...names, `return ${code}`)(...Object.values(sample))];
};

describe("the examples of samplers", () => {
  it.each(examples)("%s: %s is %s", (name, code, value) => {
    expect(code.startsWith(`${name}.apply(`)).toBe(true);
    const expected = run(value);
    const got = run(code);
    expect(got.length).toBe(expected.length);
    got.forEach((score, id) =>
      Number.isFinite(score) ? expect(score).toBeCloseTo(expected[id]!, 4) : expect(score).toBe(expected[id]),
    );
  });

  it("are there for every sampler of a row alone", () => {
    const told = new Set(examples.map(([name]) => name));
    expect(
      sample.samplers.map(({ name }) => name).filter((name) => !told.has(name) && !heldElsewhere.includes(name)),
    ).toEqual([]);
  });
});
