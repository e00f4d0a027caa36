// `npm start` on a fresh clone: install, build, show what this is for.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./install.mjs";

if (!(await build())) process.exit(1);
const { status } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), "demo"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
