import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

it("without its optional package a grammar says which to install", () => {
  const folder = mkdtempSync(join(tmpdir(), "logits-bare-"));
  try {
    for (const part of ["core", "kernels", "integrations"])
      cpSync(join(root, "dist", part), join(folder, part), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    writeFileSync(
      join(folder, "ask.js"),
      `import { grammar } from "./integrations/xgrammar.js";
       const error = await grammar({ json: true }, { vocabulary: ["a"], eos: [] }).catch((error) => error);
       console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint, left: "require" in globalThis }));`,
    );
    const { stdout } = spawnSync(process.execPath, ["ask.js"], { cwd: folder, encoding: "utf8" });
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect(found).toMatchObject({ code: "missing-package", hint: "npm install @mlc-ai/web-xgrammar", left: false });
    expect(found["message"]).toMatch(
      /^Cannot use a grammar: @mlc-ai\/web-xgrammar must be installed, got Cannot find package/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
