import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeLines, writeWhole } from "./write.js";

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

it("lines are written as they come, and a file of them is there whole or not at all", async () => {
  const folder = mkdtempSync(join(tmpdir(), "logits-lines-"));
  const texts: string[] = [];
  const terminal = {
    out: (text: string) => void texts.push(text),
    err: () => undefined,
    outIsTty: false,
    errIsTty: false,
    columns: 80,
    color: false,
  };
  const lines = async (put: (text: string) => void | Promise<void>): Promise<number> => {
    for (let i = 0; i < 3000; i++) await put(`${i} ${"x".repeat(50)}\n`);
    return 7;
  };
  try {
    expect(await writeLines(undefined, terminal, lines)).toBe(7);
    expect(texts.length).toBeGreaterThan(1);
    expect(await writeLines(join(folder, "file"), terminal, lines)).toBe(7);
    expect(texts.join("")).toBe(readFileSync(join(folder, "file"), "utf8"));
    const fail = writeLines(join(folder, "file"), terminal, async (put) => {
      await put("half");
      throw new Error("row 2 is wrong");
    });
    await expect(fail).rejects.toThrow("row 2 is wrong");
    expect(texts.join("")).toBe(readFileSync(join(folder, "file"), "utf8"));
    expect(readdirSync(folder)).toEqual(["file"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
