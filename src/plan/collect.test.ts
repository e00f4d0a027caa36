import { bytesOf, concatSources, openSource } from "logits/formats";
import { describe, expect, it } from "vitest";
import type { Source } from "../core/index.js";
import { collect } from "./collect.js";

const lines = (rows: object[]): Promise<Source> =>
  openSource(bytesOf(new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")), "a.jsonl"));

describe("rows of several files in one batch", () => {
  it("keep their ids where the files between have none", async () => {
    const [named, unnamed] = [{ id: "a", logits: [1, -2] }, { logits: [3, -4] }];
    const files = await Promise.all([lines([named]), lines([unnamed, unnamed]), lines([{ ...named, id: "d" }])]);
    expect((await collect(concatSources(files))).ids).toEqual(["a", "1", "2", "d"]);
  });

  it("keep their slices where the files between have none", async () => {
    const slicesOf = (site?: string): Source => ({
      capture: { kind: "logits", stage: "unknown", coverage: "full" },
      classes: ["0", "1"],
      notes: [],
      async *batches() {
        const values = Float64Array.of(1, -2);
        yield { kind: "logits", values, rows: 1, classes: 2, ...(site ? { slices: { site: [site] } } : {}) };
      },
    });
    const files = [slicesOf("x"), slicesOf(), slicesOf("z")];
    expect((await collect(concatSources(files))).slices).toEqual({ site: ["x", "", "z"] });
  });
});
