import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests import by the public name; the exports map, read backwards, says which source file that is.
const root = fileURLToPath(new URL(".", import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const alias = Object.entries(exports as Record<string, string | { default: string }>)
  .filter((entry): entry is [string, { default: string }] => typeof entry[1] === "object")
  .map(([subpath, target]) => ({
    find: new RegExp(`^logits${subpath.slice(1)}$`),
    replacement: root + target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"),
  }));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // A machine that does other work too may take several times as long.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    pool: "threads",
    maxWorkers: 2,
  },
});
