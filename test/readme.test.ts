import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { logits } from "./support/commandLine.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
];
const linksOf = (path: string): string[] =>
  [...text(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to!).filter((to) => !/^[a-z]+:/.test(to));

describe("the README and docs/", () => {
  it.each(pages)("every link of %s leads to a file", (page) => {
    expect(linksOf(page).filter((to) => !existsSync(join(root, dirname(page), to)))).toEqual([]);
  });

  it("the README is a newcomer's path, and leads to every page of docs/", () => {
    expect(text("README.md").split("\n").length).toBeLessThan(300);
    expect(pages.filter((page) => page.startsWith("docs/") && !linksOf("README.md").includes(page))).toEqual([]);
  });

  it("the README names every command", async () => {
    const { out } = await logits("--help");
    const commands = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name!);
    expect(commands).toContain("threshold");
    expect(commands.filter((name) => !text("README.md").includes(`| \`logits ${name}`))).toEqual([]);
  });

  it("docs/library.md names every import", () => {
    const { exports } = JSON.parse(text("package.json")) as { exports: Record<string, unknown> };
    const imports = Object.keys(exports)
      .filter((path) => path !== "./package.json")
      .map((path) => `logits${path.slice(1)}`);
    expect(imports.filter((name) => !text("docs/library.md").includes(`\`${name}\``))).toEqual([]);
  });
});
