import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type SamplingInput, samplingInput } from "./inputs.js";

const file = new URL("./inputs.json", import.meta.url);
const recorded: (SamplingInput & { sha256: string })[] = JSON.parse(readFileSync(file, "utf8"));

describe("input rows of the sampling vectors", () => {
  it.each(recorded)("$row of $vocab, seed $seed, has the bits that Python wrote", ({ sha256, ...input }) => {
    const row = samplingInput(input);
    expect(row).toHaveLength(input.vocab);
    expect(createHash("sha256").update(new Uint8Array(row.buffer)).digest("hex")).toBe(sha256);
  });
});
