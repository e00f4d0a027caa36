import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Batch, Logits } from "../core/index.js";
import { fileBytes } from "../formats/file.js";
import { openSource } from "../formats/index.js";
import { sourceOf } from "../plan/collect.js";
import { writeOut } from "./writeOut.js";

const batch: Batch = {
  kind: "logits",
  rows: 2,
  classes: 2,
  values: Float64Array.of(1, 2, 4, 3) as Logits,
  slices: { month: ["2002-09", "2002-10"] },
};

it.each(["csv", "tsv", "parquet", "arrow"])("of a %s with slices it is said how to read them again", async (format) => {
  const folder = mkdtempSync(join(tmpdir(), "logits-out-"));
  try {
    const path = join(folder, `a.${format}`);
    const { notes } = await writeOut(path, sourceOf(batch, ["a", "b"]));
    expect(notes).toContain(`To read ${path}: --slice-columns month`);
    await expect(fileBytes(path).then((bytes) => openSource(bytes))).rejects.toThrow(/column month must be numbers/);
    const [, columns] = /--slice-columns (.+)/.exec(notes.at(-1)!)!;
    expect((await openSource(await fileBytes(path), { sliceColumns: columns!.split(",") })).classes).toEqual([
      "a",
      "b",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
