import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeWhole } from "./write.js";

it("a link where a document is written stays a link", async () => {
  const folder = mkdtempSync(join(tmpdir(), "logits-write-"));
  try {
    writeFileSync(join(folder, "file"), "before");
    symlinkSync("file", join(folder, "link"));
    await writeWhole(join(folder, "link"), "after");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("after");
    expect(readdirSync(folder)).toEqual(["file", "link"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
