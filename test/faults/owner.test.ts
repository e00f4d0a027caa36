import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { own, ownerOf } from "../../src/server/audit/owner.js";

function folderOf(owner?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "logits-owner-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (owner !== undefined) writeFileSync(join(folder, "owner"), owner);
  return folder;
}

it("a folder has one owner, whose word is whole from the first moment; one that ended leaves it free", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const folder = folderOf(`${pid} 1\n`);
  expect(ownerOf(folder)).toBeUndefined();
  const free = own(folder);
  expect(ownerOf(folder)).toBe(process.pid);
  expect(() => own(folder)).toThrow("one writer");
  // Nothing is left over of how it was taken.
  expect(readdirSync(folder)).toEqual(["owner"]);
  free();
  expect(readdirSync(folder)).toEqual([]);
});

it("of many who find a dead owner at once, one takes the folder", { timeout: 60_000 }, async () => {
  const script = `
    import { own } from ${JSON.stringify(new URL("../../dist/server/audit/owner.js", import.meta.url).href)};
    import { setTimeout as sleep } from "node:timers/promises";
    const [folder, at] = process.argv.slice(1);
    while (Date.now() < Number(at));
    try { own(folder); process.stdout.write("owns"); await sleep(1500); } catch (error) { process.stdout.write(error.code ?? "?"); }`;
  for (let round = 0; round < 3; round++) {
    const folder = folderOf("999999999 1\n");
    const at = String(Date.now() + 700);
    const said = await Promise.all(
      Array.from(
        { length: 6 },
        () =>
          new Promise<string>((resolve) => {
            const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder, at]);
            let text = "";
            child.stdout.on("data", (piece) => (text += piece));
            child.on("exit", () => resolve(text));
          }),
      ),
    );
    expect(said.filter((word) => word === "owns").length, said.join(" ")).toBe(1);
  }
});
