// Runs a lesson of examples/ that is written in TypeScript on any Node that we support: `npm run example -- vanishing`. The compiler is the one that builds
// this package; what it makes lies in .cache/examples, within the package, so that `logits` means this checkout.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./install.mjs";

const [name, ...args] = process.argv.slice(2);
const lessons = readdirSync(join(root, "examples"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3));
if (!lessons.includes(name)) {
  process.stderr.write(`npm run example -- NAME …: NAME must be ${lessons.join(" or ")}, got ${name ?? "none"}\n`);
  process.exit(2);
}
const node = (...words) => spawnSync(process.execPath, words, { cwd: root, stdio: ["inherit", "inherit", "inherit"] });
if (isStale() && !(await build())) process.exit(1);
const compiled = node(join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.examples.json");
if (compiled.status !== 0) process.exit(1);
process.exit(node(join(root, ".cache/examples", `${name}.js`), ...args).status ?? 1);

/** Whether something in src is newer than what was made of it. */
function isStale() {
  const made = join(root, "dist/index.js");
  if (!existsSync(made)) return true;
  const { mtimeMs } = statSync(made);
  return readdirSync(join(root, "src"), { recursive: true }).some(
    (name) => !name.endsWith(".test.ts") && statSync(join(root, "src", name)).mtimeMs > mtimeMs,
  );
}
