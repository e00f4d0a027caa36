import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logits } from "./support/commandLine.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The built package where no other package can be found. */
const folder = mkdtempSync(join(tmpdir(), "logits-demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the demo", () => {
  let out = "";
  const milliseconds: number[] = [];
  const timed = (): { stdout: string; stderr: string } => {
    const start = performance.now();
    const ended = spawnSync(process.execPath, [join(folder, "dist/cli/main.js"), "demo"], {
      encoding: "utf8",
      cwd: folder,
    });
    milliseconds.push(performance.now() - start);
    return ended;
  };
  beforeAll(() => {
    for (const name of ["dist", "data"]) cpSync(join(root, name), join(folder, name), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module", "version": "0.0.0" }');
    const { stdout, stderr } = timed();
    expect(stderr).toBe("");
    out = stdout;
  });

  it("begins as the README shows it", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const screen = /<!-- screen -->\n```text\n\$ logits demo\n([\s\S]*?)```/.exec(readme)![1]!;
    expect(out.slice(0, screen.length)).toBe(screen);
  });

  it("takes less than three seconds, without any other package", () => {
    // The quickest of three: other tests run beside it.
    while (milliseconds.at(-1)! >= 3000 && milliseconds.length < 3) timed();
    expect(Math.min(...milliseconds)).toBeLessThan(3000);
    expect(out.match(/^\d\. /gm)).toEqual(["1. ", "2. ", "3. "]);
  });

  it("lets the built-in model write, and shows what every sampler left and why not another token", () => {
    const story = out.slice(out.indexOf("\n3. "));
    expect(story).toMatch(/“She was so very fond of the house, /);
    expect(story).toMatch(/ {2}left +removed +mass removed\n +the scores +50,257\n +temperature 0\.8 +50,257\n/);
    expect(story).toMatch(/topP 0\.9 +25 +−15 +9\.59 %\n/);
    expect(story).toMatch(
      /Token 749 \(" most"\) fell at topP: the tokens before it hold .* it had 1\.04 % until then\./,
    );
    expect(Math.max(...story.split("\n").map((line) => line.length))).toBeLessThan(140);
  });

  it("in JSON the same three stories, the third as generate and sample print it", async () => {
    const document = JSON.parse((await logits("demo", "--json")).out);
    expect(Object.keys(document)).toEqual(["spam", "languages", "writing"]);
    const { writing } = document;
    expect(writing).toMatchObject({ prompt: "She was", seed: 7, stopped: "length" });
    expect(writing.first).toMatchObject({ token: writing.tokens[0].id, kept: writing.tokens[0].kept });
    expect(writing.first.trace.map(({ sampler }: { sampler: string }) => sampler)).toEqual([
      "temperature",
      "topK",
      "topP",
      "minP",
    ]);
    expect(writing.first.why).toMatchObject({ id: 749, kept: false, sampler: "topP" });
  });

  it("names a command that writes the same text", async () => {
    const [, command] = /^ {3}logits (generate .*) --trace$/m.exec(out)!;
    const argv = command!.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ""));
    const { out: text } = await logits(...argv, "--max-tokens", "24");
    expect(out.replaceAll(/\s+/g, " ")).toContain(`“She was${text.trimEnd().replaceAll(/\s+/g, " ")} …”`);
  });
});
