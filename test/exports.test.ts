import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const subpaths = Object.entries(manifest.exports as Record<string, { types: string; default: string } | string>).filter(
  (entry): entry is [string, { types: string; default: string }] => typeof entry[1] === "object",
);

describe("exports map", () => {
  it.each(subpaths)("%s names types and a module that the build makes from a source file", (subpath, target) => {
    expect(Object.keys(target)).toEqual(["types", "default"]);
    expect(target.types).toBe(target.default.replace(/\.js$/, ".d.ts"));
    expect(existsSync(root + target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"))).toBe(true);
    expect(existsSync(root + target.default), `${subpath} is built`).toBe(true);
  });

  it("has no wildcard: what is not listed is private", () => {
    expect(Object.keys(manifest.exports).filter((subpath) => subpath.includes("*"))).toEqual([]);
  });

  it("pins every dependency exactly", () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies } as Record<
      string,
      string
    >).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  it.each(subpaths)("%s loads, and everything it lists is defined", async (subpath) => {
    const module = (await import(`logits${subpath.slice(1)}`)) as Record<string, unknown>;
    expect(Object.keys(module).length).toBeGreaterThan(0);
    expect(Object.entries(module).filter(([, value]) => value === undefined)).toEqual([]);
  });
});
